/* SPDX-License-Identifier: MIT */
/*
 * view: the files of a container, or of its image, as cp, diff, export and commit see them: from a
 * process of their own, in a mount namespace of its own, so that nothing is mounted on the host.
 *
 * A container that runs keeps running and does not see the view. One that does not run is not
 * started for it.
 */
#ifndef ENGINE_VIEW_H
#define ENGINE_VIEW_H

#include "engine/store/record.h"

enum view_kind {
    VIEW_IMAGE,  /* what the image has there, only to be read */
    VIEW_ROOT,   /* the container's own root, without anything that is mounted in it */
    VIEW_MOUNTS, /* with its volumes and binds in their places, but no /proc, /sys, /dev, tmpfs */
};

struct view {
    const struct store *store;
    const struct record *record;
    enum view_kind kind;
    const char *lower; /* as image.h has it; NULL: look it up */
    const char *room;  /* the directory of upper and work (upper.h); NULL: the container's */
};

/*
 * Call work(root_fd, arg) in a child that sees the container's files behind root_fd, an open
 * directory. Paths in there are whatever the container made them: only openat2(2) with
 * RESOLVE_IN_ROOT may walk them. What it returns below 0, with *err, is view_run's error; what it
 * leaves in memory is lost. Privilege: as that which started the container. Errors: the container
 * has no layers (--rootfs) and VIEW_IMAGE was asked for.
 */
int view_run(const struct view *view, int (*work)(int root_fd, void *arg, struct err *err),
    void *arg, struct err *err);

#endif
