/* SPDX-License-Identifier: MIT */
/* remove_files: remove_tree for files that may belong to users of a user namespace of ours. */
#ifndef ENGINE_REMOVE_FILES_H
#define ENGINE_REMOVE_FILES_H

#include "err.h"

/* As remove_tree; what an ordinary user may not remove, root of the user's namespace does. */
int remove_files(const char *path, struct err *err);

#endif
