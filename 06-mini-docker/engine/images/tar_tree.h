/* SPDX-License-Identifier: MIT */
/* tar_tree: a tree of files as an archive with all that belongs to them: owners, times, attributes,
 * hard links. For cp, export and commit. */
#ifndef ENGINE_TAR_TREE_H
#define ENGINE_TAR_TREE_H

#include "err.h"

#include <stdbool.h>
#include <sys/stat.h>

struct archive;
struct archive_entry;

struct tar_tree {
    struct archive *tar;
    struct archive_entry_linkresolver *links;
    bool mounts; /* what is mounted below is a part of it */
    /*
     * An overlay's upper directory, as a layer: its marks of what is gone become names that begin
     * with ".wh.".
     */
    bool layer;
    /* False: it is left out. `path` is as in the archive; may be NULL. */
    bool (*wanted)(const char *path, const struct stat *st, void *arg);
    void *arg;
    struct err *err;
};

/* Begin an archive on `fd`, of this name in errors. tar_tree_end even after an error. */
int tar_tree_begin(struct tar_tree *ret, int fd, struct err *err);

/* Write what has the name in the open directory, and all below, under `path`. */
int tar_tree_add(struct tar_tree *tree, int dir, const char *name, const char *path);

/* What is in the open directory, under path/; "" is the archive's top. */
int tar_tree_add_inside(struct tar_tree *tree, int dir, const char *path);

/* The archive's end. Returns -1 where it could not be written. */
int tar_tree_end(struct tar_tree *tree);

#endif
