/* SPDX-License-Identifier: MIT */
/* upper: the two directories in which overlayfs keeps what a container, or a step of a build,
 * changes; and what is changed as a layer. */
#ifndef ENGINE_UPPER_H
#define ENGINE_UPPER_H

#include "engine/store/record.h"

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Make containers/ID/upper and work, where they are not there yet: at a start, and when somebody
 * looks into a container that was never started. The root of what is seen has the mode and the
 * owner of `upper`, so it gets those of the image's topmost layer. `lower`: as in image.h.
 */
int upper_make(const struct store *store, const char *id, const char *lower,
    char ret_upper[PATH_MAX], char ret_work[PATH_MAX], struct err *err);

/* The same in a directory that is no container's; `lower` "": there are no layers below. */
int upper_make_in(const char *dir, const char *lower, char ret_upper[PATH_MAX],
    char ret_work[PATH_MAX], struct err *err);

/*
 * Write what is in the open directory as a tar. `layer`: it is an upper directory, and overlayfs's
 * marks become names that begin with ".wh.". `wanted` as in tar_tree.h, or NULL.
 */
int upper_archive(int dir, bool layer,
    bool (*wanted)(const char *path, const struct stat *st, void *arg), int fd, struct err *err);

#endif
