// SPDX-License-Identifier: MIT
/*
 * pids: a fork bomb that stays a firecracker.
 *
 * pids.max bounds how many tasks, which is processes and threads, a group and those below it may
 * hold. Past it fork(2) fails with EAGAIN, and nothing else happens: no process is killed. So a
 * bomb fills its group and then sits there, while the rest of the host forks as before.
 *
 * Two things surprise. A limit written below the present number kills nobody, it only stops the
 * next fork. And a process that is moved in is not refused: only fork and clone are counted.
 *
 * The control is the same bomb under a limit three times as high: it grows to that one. A bomb
 * without a limit is for the throwaway machine, and not even there for this lab.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT = 20, CONTROL_LIMIT = 60, MOST_FORKS = 300 };
enum { DRAWINGS = 10, PATIENCE = 150, DRAW_USEC = 100000 };

/* What the kernel counted: pids.current, the `max` of pids.events, and pids.peak (Linux 6.1). */
struct counts {
    uint64_t now, refused, peak;
};

static int read_counts(const struct group *g, struct counts *ret, struct err *err)
{
    ret->peak = 0;
    if (fsio_read_u64(g->path, "pids.current", &ret->now, err) < 0 ||
        fsio_read_key(g->path, "pids.events", "max", &ret->refused, err) < 0)
        return -1;
    if (fsio_exists(g->path, "pids.peak"))
        return fsio_read_u64(g->path, "pids.peak", &ret->peak, err);
    return 0;
}

/*
 * Every process forks, and so does each child, for ever. The nap keeps a full group from burning
 * two CPUs with forks that fail; it does not slow the doubling, which takes a few naps in all.
 * Where the limit does not hold, as when you take it out to see what happens, no fork is refused:
 * `forks`, which all of the bomb share, then ends it, and the claims fail.
 */
static _Noreturn void bomb(int *forks)
{
    while (__atomic_add_fetch(forks, 1, __ATOMIC_RELAXED) < MOST_FORKS) {
        if (fork() >= 0)
            continue;
        __atomic_sub_fetch(forks, 1, __ATOMIC_RELAXED);
        usleep(20000);
    }
    pause();
    _exit(0);
}

/* Lights a bomb in the group and draws how it grows, for a second and until it met the limit. */
static int light(
    struct run *run, const struct group *g, double limit, struct counts *ret, struct err *err)
{
    struct live live;
    int *forks =
        mmap(NULL, sizeof(*forks), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (forks == MAP_FAILED)
        return err_sys(err, "no memory to share");
    pid_t pid = group_fork(g, err);
    if (pid == 0)
        bomb(forks);
    if (pid < 0 || live_begin(&live, &run->report, "pids", CONTROL_LIMIT, limit, err) < 0)
        return -1;
    ret->refused = 0;
    for (int i = 0; i < DRAWINGS || (ret->refused == 0 && i < PATIENCE); i++) {
        usleep(DRAW_USEC);
        if (read_counts(g, ret, err) < 0)
            return -1;
        live_point(&live, limit == LIMIT ? "fork bomb" : "control", (double)ret->now);
    }
    live_end(&live);
    note(&run->report, "pids.current %lu, pids.events max %lu, pids.peak %lu", ret->now,
        ret->refused, ret->peak);
    return 0;
}

/* fork(2) out here, beside the bomb: 0 or its errno. */
static int fork_outside(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    int code = pid < 0 ? errno : 0;
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return code;
}

/* A lower limit and one more process, in a group that is full. */
static int surprise(struct run *run, const struct group *g, struct counts *ret, struct err *err)
{
    if (group_set(run, g, err, "pids.max", "%d", LIMIT / 2) < 0)
        return -1;
    pid_t pid = group_sleeper(g, err);
    for (int i = 0; i < 100; i++) {
        if (pid < 0 || read_counts(g, ret, err) < 0)
            return -1;
        if (ret->now > LIMIT)
            break;
        usleep(20000);
    }
    note(&run->report, "moved process %d in: pids.current %lu of %d", pid, ret->now, LIMIT / 2);
    return 0;
}

static int pids_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group small, large;
    struct counts held, more, grown;

    step(r, "cgroup-v2.rst, \"PID\"", "a group for at most %d processes", LIMIT);
    if (group_make(run, "", "pids", &small, err) < 0 ||
        group_set(run, &small, err, "pids.max", "%d", LIMIT) < 0)
        return -1;

    step(r, "fork(2)", "a fork bomb in it: for (;;) fork();");
    if (light(run, &small, LIMIT, &held, err) < 0)
        return -1;
    int outside = fork_outside();
    note(r, "fork outside the group: %s", group_answer(outside));

    step(r, "cgroup-v2.rst, \"PID\"", "a limit below the present number, and a process moved in");
    if (surprise(run, &small, &more, err) < 0)
        return -1;

    step(r, NULL, "control: the same bomb under a limit of %d", CONTROL_LIMIT);
    group_try(run, &small, "cgroup.kill", "1");
    if (group_make(run, "-control", "pids", &large, err) < 0 ||
        group_set(run, &large, err, "pids.max", "%d", CONTROL_LIMIT) < 0 ||
        light(run, &large, CONTROL_LIMIT, &grown, err) < 0)
        return -1;

    claim_u64(r, "the bomb fills its group", held.now, EQ, LIMIT, "pids.current");
    if (held.peak)
        claim_u64(r, "and was never larger", held.peak, LE, LIMIT, "pids.peak");
    claim_u64(r, "the kernel refused forks", held.refused, GE, 1, "pids.events");
    claim_u64(r, "a lower limit kills nobody", more.now, GT, LIMIT, "pids.current");
    claim_errno(r, "control: outside, fork works", outside, 0, "fork(2)");
    claim_u64(
        r, "control: a higher limit lets it grow", grown.now, EQ, CONTROL_LIMIT, "pids.current");
    return 0;
}

const struct experiment pids_experiment = {
    .name = "pids",
    .summary = "a fork bomb that stays a firecracker",
    .needs = "v2:pids",
    .steps = 4,
    .run = pids_run,
};
