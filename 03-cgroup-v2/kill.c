// SPDX-License-Identifier: MIT
/*
 * kill: ending every process of a group at once.
 *
 * Killing by a list has a gap: between reading cgroup.procs and the last kill(2), a process may
 * have forked, and its child is not on the list. The victims here make the gap wide: each lives
 * less than a millisecond, forks a successor and exits, as a fork bomb or a restarting service
 * does.
 *
 *     control    read cgroup.procs, then kill     the list was old before the first signal
 *     then       cgroup.kill <- 1                 the kernel catches who forks: nobody gets away
 *
 * cgroup.kill reaches the groups below too, and frozen processes. A threaded group refuses it
 * (EOPNOTSUPP): a process is killed whole, so its domain is the place to write.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "proc.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { CHAINS = 6, LIFE_USEC = 400, PATIENCE_MS = 10000 };

/*
 * A chain of processes: each forks the next and exits. When a fork fails for want of pids it tries
 * again, so that the chain ends only by a signal.
 */
static _Noreturn void chain(void)
{
    for (;;) {
        usleep(LIFE_USEC);
        pid_t pid = fork();
        if (pid > 0)
            _exit(0);
    }
}

/*
 * A process outside the groups, to which the dead links of the chains fall as orphans. It ignores
 * SIGCHLD, so the kernel lets go of each at once (waitpid(2)) and no heap of zombies grows.
 */
static pid_t start_chains(const struct group *groups, size_t count, struct err *err)
{
    pid_t keeper = proc_fork(err);

    if (keeper != 0)
        return keeper;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < CHAINS; i++) {
        pid_t pid = fork();
        if (pid == 0 && group_join((void *)&groups[(size_t)i % count], err) == 0)
            chain();
        if (pid <= 0)
            _exit(1);
    }
    for (;;)
        pause();
}

static int wait_populated(const struct group *g, uint64_t wanted, uint64_t *ret, struct err *err)
{
    for (int ms = 0; ms < PATIENCE_MS; ms++) {
        if (fsio_read_key(g->path, "cgroup.events", "populated", ret, err) < 0)
            return -1;
        if (*ret == wanted)
            return 0;
        usleep(1000);
    }
    return 0;
}

/*
 * What one types at a shell: read the list, then kill what stands on it. The pause is there so that
 * the gap is as wide as a person or a busy machine makes it, and the control does not hang on luck.
 */
static int kill_by_list(struct run *run, const struct group *g, struct err *err)
{
    static const char SCRIPT[] =
        "pids=$(cat \"$0\"/cgroup.procs \"$0\"/below/cgroup.procs); sleep 0.05; kill -9 $pids";
    const char *const argv[] = {"sh", "-c", SCRIPT, g->path, NULL};

    note(&run->report, "$ pids=$(cat %s/cgroup.procs %s/below/cgroup.procs)", g->name, g->name);
    note(&run->report, "$ sleep 0.05; kill -9 $pids");
    /* its status is of no use: some of the pids are gone by then, which is the point */
    return proc_run(&(struct proc_spec){.argv = argv, .quiet = true}, err) < 0 ? -1 : 0;
}

static int kill_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group groups[2];
    uint64_t started, listed, killed, below;

    step(r, "cgroup-v2.rst", "two groups, one in the other");
    if (group_make(run, "", "", &groups[0], err) < 0 ||
        group_require(&groups[0], "cgroup.kill", "Linux 5.14 and later", err) < 0 ||
        group_make_below(run, &groups[0], "below", "", &groups[1], err) < 0)
        return -1;

    step(r, "fork(2)", "%d chains in them, in which each process forks the next and exits", CHAINS);
    pid_t keeper = start_chains(groups, 2, err);
    if (keeper < 0 || wait_populated(&groups[1], 1, &started, err) < 0)
        return -1;

    step(r, "kill(1)", "control: kill by list");
    if (kill_by_list(run, &groups[0], err) < 0)
        return -1;
    usleep(20000);
    if (fsio_read_key(groups[0].path, "cgroup.events", "populated", &listed, err) < 0)
        return -1;
    note(r, "%s/cgroup.events: populated %lu", groups[0].name, listed);

    step(r, "cgroup-v2.rst, \"Core Interface Files\"", "let the kernel do it");
    if (group_set(run, &groups[0], err, "cgroup.kill", "1") < 0 ||
        wait_populated(&groups[0], 0, &killed, err) < 0)
        return -1;
    note(r, "%s/cgroup.events: populated %lu", groups[0].name, killed);
    if (fsio_read_key(groups[1].path, "cgroup.events", "populated", &below, err) < 0)
        return -1;
    proc_end(keeper);

    claim_u64(r, "the chains ran in the group below", started, EQ, 1, "cgroup.events");
    claim_u64(r, "cgroup.kill ends them all", killed, EQ, 0, "cgroup.events");
    claim_u64(r, "in the group below, too", below, EQ, 0, "cgroup.events");
    claim_u64(r, "control: a list misses some", listed, EQ, 1, "cgroup.events");
    return 0;
}

const struct experiment kill_experiment = {
    .name = "kill",
    .summary = "cgroup.kill ends a tree of forking processes; a list of pids does not",
    .needs = "v2",
    .steps = 4,
    .run = kill_run,
};
