// SPDX-License-Identifier: MIT
/*
 * Joining the groups. On v2 the process was born in its group (CLONE_INTO_CGROUP); on v1 it writes
 * itself into each hierarchy's `tasks`. Either way no attach from outside is needed, which costs
 * ten times the whole start on an idle machine (lab 04, cost).
 *
 * The cgroup namespace comes after: its root is the group that the process is in when the namespace
 * is made (cgroup_namespaces(7)), so clone3 would have taken the parent's.
 */
#include "stages.h"

#include <sched.h>

int stage_groups(struct container *container, struct err *err)
{
    const struct explain *explain = &container->explain;

    for (int i = 0; container->group.fd < 0 && i < container->group.paths; i++)
        explain_step(
            explain, "cgroups(7); lab 02", "write 0 to %s/tasks", container->group.path[i]);
    if (container->group.fd < 0 && cgroup_join(&container->group, err) < 0)
        return -1;
    if (!(container->spec->linux_.namespaces & CLONE_NEWCGROUP))
        return 0;
    explain_step(explain, "cgroup_namespaces(7); lab 01", "unshare(CLONE_NEWCGROUP)");
    if (unshare(CLONE_NEWCGROUP) < 0)
        return err_sys(err, "cannot make a cgroup namespace");
    return 0;
}
