/* SPDX-License-Identifier: MIT */
/* build_view: what was built so far as files, for what a build does in it without a container. */
#ifndef ENGINE_BUILD_VIEW_H
#define ENGINE_BUILD_VIEW_H

#include "build_source.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Call work(root_fd, arg) in a child that sees the layers `lower` behind root_fd (engine/files/
 * view.h). `room`: a directory in which what it changes is kept, or NULL: it may only read.
 */
int build_view(const struct store *store, const char *lower, const char *room,
    int (*work)(int root_fd, void *arg, struct err *err), void *arg, struct err *err);

/* build_copy_sum of files that lie in the layers `lower`, which becomes the tree; NULL: it is
 * there.
 */
int build_view_sum(const struct store *store, const char *lower, const struct build_copy *copy,
    struct build_tree *tree, char ret_digest[DIGEST_TEXT], struct err *err);

/* In such a child, or afterwards: write what was changed to `fd` as a layer. 1: nothing was. */
int build_view_archive(const char *room, bool empty_too, int fd, struct err *err);

/* Whom "USER[:GROUP]" means in these layers; a number without a group is a group, too. */
int build_view_user(
    const char *lower, const char *word, uid_t *ret_uid, gid_t *ret_gid, struct err *err);

#endif
