/* SPDX-License-Identifier: MIT */
/* copy_place: what a path of `cp` means: a name in an open directory, on the host or in a
 * container. */
#ifndef ENGINE_COPY_PLACE_H
#define ENGINE_COPY_PLACE_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct copy_place {
    int dir; /* O_PATH, the directory that the name is in: -1, that is not there either */
    char name[NAME_MAX + 1];   /* "": the directory itself, "/" or "." */
    char called[NAME_MAX + 1]; /* the name in the path: of the symlink, where one was followed */
    bool exists;
    bool contents;    /* the path ends with "/.": what is in the directory, without it */
    bool must_be_dir; /* it ends with "/" */
    struct stat st;   /* of what is there */
};

/*
 * Find it. `root_fd`: in a container with this root, or COPY_HOST. With `follow`, or where the path
 * ends with "/", a symlink as its last word is followed, even to where nothing is; then the place
 * is there. What is not there is no error. The caller gives *ret back with copy_place_free, after
 * an error as well.
 */
enum { COPY_HOST = -1 };
int copy_place_find(
    int root_fd, const char *path, bool follow, struct copy_place *ret, struct err *err);

/* Open what is there: a directory to be read. */
int copy_place_open_dir(const struct copy_place *place, struct err *err);

void copy_place_free(struct copy_place *place);

#endif
