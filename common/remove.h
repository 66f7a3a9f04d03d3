/* SPDX-License-Identifier: MIT */
/* remove: a directory goes with all that is in it, and nothing else does. */
#ifndef COMMON_REMOVE_H
#define COMMON_REMOVE_H

#include "err.h"

/*
 * Remove the directory and all below it. What is not there is no error. No symlink is followed, and
 * what is mounted below is left alone, and with it the directories above. Errors: what is left has
 * a mount in it, belongs to somebody else, or is being filled.
 */
int remove_tree(const char *path, struct err *err);

#endif
