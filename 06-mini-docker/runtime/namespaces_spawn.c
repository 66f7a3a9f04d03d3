// SPDX-License-Identifier: MIT
/*
 * Who may join what, and when.
 *
 * Who: setns(2) and clone3(2) want CAP_SYS_ADMIN in the user namespace that owns the other one, and
 * what clone3 makes belongs to the user namespace that the caller is in. So where a user namespace
 * is joined, all that is made must be made after it; and where one is made, all that is joined must
 * be joined before. Both are done by a step (step.h).
 *
 * When: a PID namespace counts for the children of the process that joined it, so it is joined
 * before the clone.
 */
#include "namespaces_internal.h"

#include "step.h"

#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The cgroup namespace waits until the child is in its groups. */
enum { OTHERS = ~(CLONE_NEWUSER | CLONE_NEWCGROUP) };

/* Those that the caller may join itself; then, as one of the user namespace, the rest. */
static int join_in_step(void *arg, struct err *err)
{
    struct namespaces *namespaces = arg;
    bool joins_user = namespaces->own & ~namespaces->made & CLONE_NEWUSER;

    if (namespaces_join_flags(namespaces, OTHERS, joins_user, err) < 0)
        return -1;
    if (!joins_user)
        return 0;
    if (namespaces_join_flags(namespaces, CLONE_NEWUSER, false, err) < 0 ||
        namespaces_join_flags(namespaces, OTHERS, false, err) < 0)
        return -1;
    return namespaces_make_time(namespaces, err);
}

static int spawn_where_due(
    struct namespaces *namespaces, const struct spawn *spawn, struct spawned *ret, struct err *err)
{
    int joined = 0;

    for (int i = 0; i < NS_KINDS; i++)
        joined |= namespaces->join[i] >= 0 ? ns_table[i].flag : 0;
    if (joined & CLONE_NEWUSER || (namespaces->made & CLONE_NEWUSER && joined & OTHERS))
        return step_spawn(join_in_step, namespaces, spawn, ret, err);
    if (!(joined & CLONE_NEWPID))
        return spawn_start(spawn, ret, err);
    return step_spawn_in_pid(namespaces->join[ns_index(CLONE_NEWPID)], spawn, ret, err);
}

/*
 * The maps of a process that is not dumpable are root's files (proc(5), "/proc/[pid]"), and an
 * ordinary user could not write them. So his child is dumpable until it has them: it is the only
 * one in its user namespace, where nobody is who could look (namespaces_become_root ends it).
 */
int namespaces_spawn(
    struct namespaces *namespaces, struct spawn *spawn, struct spawned *ret, struct err *err)
{
    bool lend = namespaces->made & CLONE_NEWUSER && geteuid() != 0 && prctl(PR_GET_DUMPABLE) == 0;

    spawn->namespaces = namespaces->made;
    if (lend)
        prctl(PR_SET_DUMPABLE, 1);
    int result = spawn_where_due(namespaces, spawn, ret, err);
    if (lend)
        prctl(PR_SET_DUMPABLE, 0);
    return result;
}
