/* SPDX-License-Identifier: MIT */
/*
 * stages: what the container's first process does before it becomes the program. child.c calls them
 * in this order; each is a function in a file of its own, takes the container and returns 0 or -1.
 * All run inside the new namespaces, as root of the user namespace.
 */
#ifndef RUNTIME_STAGES_H
#define RUNTIME_STAGES_H

#include "container.h"

/* names.c: the host name, the personality, and lo up. */
int stage_names(struct container *container, struct err *err);
/* groups.c: join the groups, and see them as the root from here on; an early child does it later.
 */
int stage_groups(struct container *container, struct err *err);
/* groups.c: the same at last, whoever it is. Whoever shows the groups calls it first. */
int groups_join(struct container *container, struct err *err);
/* root.c: the new root becomes a mount of its own; container->root_fd is opened. */
int stage_root(struct container *container, struct err *err);
/* root_overlay.c: spec->root.lower, upper and work become one tree at spec->root.path. Errors: the
 * file system cannot be an upper layer. */
int root_overlay(const struct container *container, struct err *err);
/* mounts.c: spec->mounts, below root_fd. */
int stage_mounts(struct container *container, struct err *err);
/* devices.c: the device files and links of /dev. */
int stage_devices(struct container *container, struct err *err);
/* console.c: standard input, output and error: what the caller gave, or a new terminal. */
int stage_console(struct container *container, struct err *err);
/* sysctl.c: linux.sysctl, through the host's /proc. */
int stage_sysctl(struct container *container, struct err *err);
/* masks.c: what /proc and /sys show of the host is covered, or read-only. */
int stage_masks(struct container *container, struct err *err);
/* root.c: pivot_root(2), and the old root is gone. */
int stage_pivot(struct container *container, struct err *err);

#endif
