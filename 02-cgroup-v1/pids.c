// SPDX-License-Identifier: MIT
/*
 * pids: a fork bomb that cannot go off.
 *
 * Each process of the bomb forks for ever, and so does each child. pids.max counts every task of
 * the group, and at the limit fork(2) fails with EAGAIN: the bomb stays as large as that, and the
 * host does not notice. The limit is for fork alone: moving processes in is always allowed.
 *
 * Ending a bomb takes care too: while one process is killed, another one forks. With the limit set
 * to 0 no fork can succeed, and then they are killed. (v2 has cgroup.kill for this.)
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/pids.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "live.h"
#include "proc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT = 20, CONTROL_LIMIT = 40, FULL = 50, MOST_FORKS = 200 };

/*
 * The nap after a refused fork keeps the CPUs free for others. Where the limit does not hold, as
 * when you take it out to see what happens, no fork is refused: `forks`, which all of the bomb
 * share, then ends it, and the claims fail.
 */
static int bomb(void *shared)
{
    int *forks = shared;

    while (__atomic_add_fetch(forks, 1, __ATOMIC_RELAXED) < MOST_FORKS) {
        if (fork() >= 0)
            continue;
        __atomic_sub_fetch(forks, 1, __ATOMIC_RELAXED);
        usleep(10000);
    }
    pause();
    return 0;
}

/* What the bomb came to. */
struct outcome {
    uint64_t most;    /* the most processes at any look */
    uint64_t refused; /* forks that the kernel refused */
    uint64_t left;    /* processes after the bomb was ended */
};

/*
 * How many tasks the group has. Not pids.current: a fork that is about to be refused is counted
 * there for a moment.
 */
static int count_tasks(const char *group, uint64_t *ret, struct err *err)
{
    cleanup_free char *tasks = fsio_read(group, "tasks", err);

    if (!tasks)
        return -1;
    *ret = *tasks != '\0';
    for (const char *at = tasks; (at = strchr(at, '\n')); at++)
        (*ret)++;
    return 0;
}

static int watch(struct run *run, const char *group, uint64_t limit, double seconds,
    struct outcome *ret, struct err *err)
{
    struct live live;
    uint64_t now;

    if (live_begin(&live, &run->report, "processes", FULL, (double)limit, err) < 0)
        return -1;
    for (double begin = live_now(); live_now() - begin < seconds;) {
        if (count_tasks(group, &now, err) < 0)
            return -1;
        ret->most = now > ret->most ? now : ret->most;
        live_point(&live, limit == LIMIT ? "fork bomb" : "control", (double)now);
        usleep(20000);
    }
    live_end(&live);
    return fsio_read_key(group, "pids.events", "max", &ret->refused, err);
}

/* No more forks, then SIGKILL to all, and wait: a zombie still counts until it is waited for. */
static int defuse(const char *group, uint64_t *ret_left, struct err *err)
{
    if (fsio_write(err, group, "pids.max", "0") < 0)
        return -1;
    for (int i = 0; i < 500; i++) {
        cleanup_free char *pids = fsio_read(group, "cgroup.procs", err);
        if (!pids || fsio_read_u64(group, "pids.current", ret_left, err) < 0)
            return -1;
        if (*ret_left == 0)
            return 0;
        for (char *pid = strtok(pids, "\n"); pid; pid = strtok(NULL, "\n"))
            proc_signal((pid_t)atoi(pid), SIGKILL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        usleep(5000);
    }
    return 0;
}

static int run_bomb(struct run *run, const char *name, uint64_t limit, double seconds,
    struct outcome *ret, struct err *err)
{
    char group[PATH_MAX];
    int *forks =
        mmap(NULL, sizeof(*forks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    *ret = (struct outcome){0};
    if (forks == MAP_FAILED)
        return err_sys(err, "no memory to share");
    if (group_path(run, "pids", name, group, err) < 0)
        return -1;
    step(&run->report, "cgroup-v1/pids.rst", "%smkdir %s, pids.max <- %" PRIu64,
        limit == LIMIT ? "" : "control: ", group, limit);
    if (group_make(run, group, err) < 0 ||
        fsio_write(err, group, "pids.max", "%" PRIu64, limit) < 0)
        return -1;
    step(&run->report, "fork(2), EAGAIN", "tasks <- 0 in a child, which then becomes a fork bomb");
    if (group_fork((const char *const[]){group, NULL}, bomb, forks, err) < 0 ||
        watch(run, group, limit, seconds, ret, err) < 0)
        return -1;
    note(&run->report, "%" PRIu64 " processes at most, %" PRIu64 " forks refused", ret->most,
        ret->refused);
    step(&run->report, "cgroup-v1/pids.rst, kill(2)", "pids.max <- 0, then SIGKILL to all of them");
    return defuse(group, &ret->left, err);
}

static int pids_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct outcome limited, control;

    /* orphans of the bomb become our children, to be waited for (prctl(2)) */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (run_bomb(run, "", LIMIT, 1.5, &limited, err) < 0 ||
        run_bomb(run, "-control", CONTROL_LIMIT, 0.5, &control, err) < 0)
        return -1;
    claim_u64(r, "the bomb never passes the limit", limited.most, LE, LIMIT, "lines of tasks");
    claim_u64(r, "and it does reach it", limited.most, GE, LIMIT, "lines of tasks");
    claim_u64(r, "the kernel refused to fork", limited.refused, GE, 1, "pids.events, max");
    claim_u64(r, "nothing of it is left", limited.left + control.left, EQ, 0, "pids.current");
    claim_u64(
        r, "control: a higher limit, a larger bomb", control.most, GT, LIMIT, "lines of tasks");
    return 0;
}

const struct experiment pids_experiment = {
    .name = "pids",
    .summary = "a fork bomb under a limit",
    .needs = "root v1:pids",
    .steps = 6,
    .run = pids_run,
};
