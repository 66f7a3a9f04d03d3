/* SPDX-License-Identifier: MIT */
/* cgroup_mount: what the two files cgroup_mount*.c share. */
#ifndef RUNTIME_CGROUP_MOUNT_H
#define RUNTIME_CGROUP_MOUNT_H

#include "mounts.h"

#include "host.h"

/*
 * A group to be shown: bound from `path` of the host; or, when that is "", mounted anew with these
 * controllers, and the container's cgroup namespace cuts off what is above its group.
 */
struct cgroup_shown {
    char name[64]; /* of its directory, on v1 */
    char path[512];
    char controllers[64];
};

struct cgroup_view {
    bool v2; /* one group, on the mount's destination itself */
    int count;
    struct cgroup_shown items[HOST_CGROUP_MOUNTS];
};

/*
 * The groups that the caller is in: all hierarchies of v1, or v2's one; `v2_wanted` asks for that
 * also on a host whose controllers are v1's. None: ret->count is 0.
 */
void cgroup_view_callers(const struct spec_linux *linux_, bool v2_wanted, struct cgroup_view *ret);

#endif
