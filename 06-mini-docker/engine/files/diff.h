/* SPDX-License-Identifier: MIT */
/* diff: what a container has changed in its image's files. */
#ifndef ENGINE_DIFF_H
#define ENGINE_DIFF_H

#include "engine/store/record.h"

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Print "A /path", "C /path" and "D /path" on standard output: added, changed, deleted; a directory
 * before what is in it. Errors: it was made with --rootfs; its root is a copy, not an overlay.
 */
int diff_print(const struct store *store, const struct record *record, struct err *err);

/* Is this a place that the engine itself made in the root, to mount something on, and that is still
 * as it made it? `path` without the leading slash. */
bool diff_is_mount_point(const char *path, const struct stat *st);

#endif
