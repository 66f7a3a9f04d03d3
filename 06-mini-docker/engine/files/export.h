/* SPDX-License-Identifier: MIT */
/* export: a whole root as one archive. */
#ifndef ENGINE_EXPORT_H
#define ENGINE_EXPORT_H

#include "engine/store/record.h"

/* Write the container's root as a tar, without what is mounted in it. */
int export_write(const struct store *store, const struct record *record, int fd, struct err *err);

/* The same of any open directory. */
int export_tree(int root_fd, int fd, struct err *err);

#endif
