// SPDX-License-Identifier: MIT
/*
 * cpu: half a CPU, by cpu.max.
 *
 * "50000 100000" means: in every period of 100000 microseconds the group may run for 50000. A busy
 * loop wants all of a CPU; the kernel lets it run for 50 ms, takes it off the CPU for the rest of
 * the period, and so on. cpu.stat counts: usage_usec is what the group got, nr_periods the periods
 * in which it wanted to run, nr_throttled those in which it was stopped. The control is the same
 * process in the same group with the quota taken away.
 *
 * A quota is a ceiling. It does not promise the time: that is what cpu.weight is about, and here it
 * is raised so that other work on this machine does not blur the measurement.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "live.h"

#include <unistd.h>

struct cpu_args {
    uint64_t quota_usec, period_usec, seconds;
};

static const struct opt CPU_OPTS[] = {
    {0, "quota", "USEC", "run so long in every period (50000)", OPT_UINT,
        offsetof(struct cpu_args, quota_usec), .least = 1000, .most = 1000000},
    {0, "period", "USEC", "the length of a period (100000)", OPT_UINT,
        offsetof(struct cpu_args, period_usec), .least = 1000, .most = 1000000},
    {0, "seconds", "N", "watch for so long, with the quota and without (3)", OPT_UINT,
        offsetof(struct cpu_args, seconds), .least = 1, .most = 60},
    {0},
};

/* The numbers of cpu.stat that this experiment is about. */
struct cpu_stat {
    uint64_t usage_usec, nr_periods, nr_throttled, throttled_usec;
};

static int read_stat(const struct group *g, struct cpu_stat *ret, struct err *err)
{
    if (fsio_read_key(g->path, "cpu.stat", "usage_usec", &ret->usage_usec, err) < 0 ||
        fsio_read_key(g->path, "cpu.stat", "nr_periods", &ret->nr_periods, err) < 0 ||
        fsio_read_key(g->path, "cpu.stat", "nr_throttled", &ret->nr_throttled, err) < 0)
        return -1;
    return fsio_read_key(g->path, "cpu.stat", "throttled_usec", &ret->throttled_usec, err);
}

static void show_stat(struct report *r, const char *when, const struct cpu_stat *s)
{
    note(r, "cpu.stat %-6s  usage_usec %lu  nr_periods %lu  nr_throttled %lu  throttled_usec %lu",
        when, s->usage_usec, s->nr_periods, s->nr_throttled, s->throttled_usec);
}

/*
 * Draws the group's share of one CPU for so many seconds, as the series of this name. *ret_change
 * is what cpu.stat gained in that time, and *ret_share the share over all of it.
 */
static int watch(struct run *run, const struct group *g, const char *series, double seconds,
    double quota, struct cpu_stat *ret_change, double *ret_share, struct err *err)
{
    struct cpu_stat first, last, now;
    struct live live;

    if (live_begin(&live, &run->report, "core", 1.0, quota, err) < 0)
        return -1;
    /* the clock is read before the file each time, so that a delay between the two cancels out */
    double begin = live_now(), before = begin, end = begin;
    if (read_stat(g, &first, err) < 0)
        return -1;
    show_stat(&run->report, "before", &first);
    for (last = first; end - begin < seconds; before = end, last = now) {
        usleep(250000);
        end = live_now();
        if (read_stat(g, &now, err) < 0)
            return -1;
        live_point(
            &live, series, (double)(now.usage_usec - last.usage_usec) / 1e6 / (end - before));
    }
    live_end(&live);
    show_stat(&run->report, "after", &last);
    ret_change->usage_usec = last.usage_usec - first.usage_usec;
    ret_change->nr_periods = last.nr_periods - first.nr_periods;
    ret_change->nr_throttled = last.nr_throttled - first.nr_throttled;
    *ret_share = (double)ret_change->usage_usec / 1e6 / (end - begin);
    return 0;
}

static int cpu_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct cpu_args args = *(const struct cpu_args *)run->args;
    struct cpu_stat limited, control;
    double share, free_share;
    struct group g;

    args.quota_usec = args.quota_usec ?: 50000;
    args.period_usec = args.period_usec ?: 100000;
    args.seconds = args.seconds ?: 3;
    if (args.quota_usec > args.period_usec / 10 * 9)
        return err_set(err, ERR_USAGE,
            "--quota %lu leaves nothing to see: one loop uses one CPU, so it must be at most "
            "9/10 of --period %lu",
            args.quota_usec, args.period_usec);
    double quota = (double)args.quota_usec / (double)args.period_usec;

    step(r, "mkdir(2), cgroups(7)", "a group with the cpu controller");
    explain(r, "a group has the files of those controllers that its parent passes down");
    if (group_make(run, "", "cpu", &g, err) < 0 || group_take_turn(run, &g, err) < 0)
        return -1;
    step(r, "cgroup-v2.rst, \"CPU Interface Files\"", "%.4g of a CPU: quota and period, in usec",
        quota);
    explain(r, "cpu.weight 10000: other work on this machine is not to blur what we measure");
    if (group_set(run, &g, err, "cpu.max", "%lu %lu", args.quota_usec, args.period_usec) < 0 ||
        group_set(run, &g, err, "cpu.weight", "10000") < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"CPU Interface Files\"", "a busy loop in it, for %lu s", args.seconds);
    pid_t pid = group_busy(&g, GROUP_ANY_CPU, err);
    if (pid < 0 || watch(run, &g, "cpu", (double)args.seconds, quota, &limited, &share, err) < 0)
        return -1;
    step(r, NULL, "control: the same loop with no quota, for %lu s", args.seconds);
    if (group_set(run, &g, err, "cpu.max", "max %lu", args.period_usec) < 0 ||
        watch(run, &g, "control", (double)args.seconds, -1, &control, &free_share, err) < 0)
        return -1;

    claim_range(r, "its share of one CPU is the quota", share, quota * 0.75, quota * 1.1 + 0.02,
        "cpu.stat usage_usec / time");
    /* a group without a quota counts no periods: half of none would be kept by none */
    claim_u64(r, "it was stopped in most periods", limited.nr_throttled, GE,
        limited.nr_periods / 2 ?: 1, "cpu.stat nr_throttled");
    claim_range(r, "control: without it the CPU is its own", free_share, quota < 0.7 ? 0.75 : quota,
        1.15, "cpu.stat usage_usec / time");
    claim_u64(r, "control: and it is never stopped", control.nr_throttled, LE, 1,
        "cpu.stat nr_throttled");
    return 0;
}

const struct experiment cpu_experiment = {
    .name = "cpu",
    .summary = "half a CPU for a busy loop: cpu.max",
    .needs = "v2:cpu",
    .steps = 4,
    .opts = CPU_OPTS,
    .args_size = sizeof(struct cpu_args),
    .run = cpu_run,
};
