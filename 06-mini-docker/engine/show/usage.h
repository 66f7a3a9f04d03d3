/* SPDX-License-Identifier: MIT */
/* usage: how much room files take. */
#ifndef ENGINE_USAGE_H
#define ENGINE_USAGE_H

#include <stdint.h>

/*
 * The lengths of all files at and below a directory, in bytes; no symlink is followed. A file of
 * several names counts once when they are all in there. What is not there, or goes away meanwhile,
 * counts 0.
 */
uint64_t usage_tree(const char *path);

/* The same of several directories with ':' between, as overlayfs has its layers. */
uint64_t usage_trees(const char *paths);

#endif
