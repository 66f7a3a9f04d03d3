// SPDX-License-Identifier: MIT
/*
 * Joining the groups. On v2 the process was born in its group (CLONE_INTO_CGROUP); on v1 it writes
 * itself into each hierarchy's `tasks`. Either way no attach from outside is needed, which costs
 * ten times the whole start on an idle machine (lab 04, cost).
 *
 * The cgroup namespace comes after: its root is the group that the process is in when the namespace
 * is made (cgroup_namespaces(7)), so clone3 would have taken the parent's.
 *
 * An early child does not wait for the host before it begins to mount; it does when the first mount
 * shows the groups, at the latest before the root is changed. Till then it is our own code that
 * runs, and does nothing that a limit is for.
 */
#include "stages.h"

#include <sched.h>

int groups_join(struct container *container, struct err *err)
{
    const struct explain *explain = &container->explain;
    bool v1 = container->group.fd < 0;

    if (container->joined)
        return 0;
    container->joined = true;
    /* the parent has made them now, and leaves it to us to open them (members_open) */
    if (container->early &&
        (sync_wait(&container->sync, err) < 0 || cgroup_open(&container->group, err) < 0))
        return -1;
    for (int i = 0; v1 && i < container->group.paths; i++)
        explain_step(
            explain, "cgroups(7); lab 02", "write 0 to %s/tasks", container->group.path[i]);
    if (v1 && cgroup_join(&container->group, err) < 0)
        return -1;
    if (container->spec->linux_.namespaces & CLONE_NEWCGROUP)
        explain_step(explain, "cgroup_namespaces(7); lab 01", "unshare(CLONE_NEWCGROUP)");
    return namespaces_join_group(&container->namespaces, err);
}

int stage_groups(struct container *container, struct err *err)
{
    return container->early ? 0 : groups_join(container, err);
}
