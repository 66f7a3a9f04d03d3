// SPDX-License-Identifier: MIT
/*
 * A signal for all that are in a group. From a list of numbers to the last signal takes a while, in
 * which somebody on it can fork and end, and his child is on no list. So all stand still meanwhile:
 * a frozen process gets its signal when it goes on. Whatever ends this, they are let go; only
 * SIGKILL could leave them frozen.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "proc.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* True when we may freeze it: what is frozen already is another's, and nobody may stop himself. */
static bool can_freeze(const struct cgroup *group)
{
    cleanup_free pid_t *pids = NULL;
    size_t count = 0;
    struct err ignored;

    if (cgroup_is_frozen(group) || cgroup_pids(group, true, &pids, &count, &ignored) < 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (pids[i] == getpid())
            return false;
    }
    return true;
}

static int signal_each(const struct cgroup *group, int signal, struct err *err)
{
    cleanup_free pid_t *pids = NULL;
    size_t count = 0;

    if (cgroup_pids(group, true, &pids, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        proc_signal(pids[i], signal);
    return 0;
}

int cgroup_signal(const struct cgroup *group, int signal, struct err *err)
{
    struct err unfrozen;
    sigset_t all, before;

    if (signal == SIGKILL)
        return cgroup_kill(group, err);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool frozen = can_freeze(group) && cgroup_freeze(group, true, &unfrozen) == 0;
    int result = signal_each(group, signal, err);
    if (frozen && cgroup_freeze(group, false, result < 0 ? &unfrozen : err) < 0)
        result = -1;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
