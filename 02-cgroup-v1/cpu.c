// SPDX-License-Identifier: MIT
/*
 * cpu: a quota, and shares.
 *
 * A quota is a hard limit: cpu.cfs_quota_us microseconds in every cpu.cfs_period_us, and then the
 * group stands still until the next period, however idle the machine is. Shares are a weight: they
 * mean nothing until two groups want the same CPU, and then divide it.
 *
 *     quota    50000 of 100000 us          half a CPU, always
 *     shares   1024 : 3072, one CPU        a quarter and three quarters, while both run
 *
 * What a group used is read from cpuacct.usage, another subsystem, mostly of the same hierarchy
 * ("cpu,cpuacct"); where it is not, each process here joins a group in both. The lab's own group
 * gets many shares, so that what else the host does takes little from it.
 * Source: the kernel's Documentation/scheduler/sched-bwc.rst and sched-design-CFS.rst.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "live.h"
#include "proc.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <unistd.h>

struct cpu_args {
    uint64_t percent;
};

static const struct opt CPU_OPTS[] = {
    {0, "percent", "N", "the quota, in percent of one CPU (50)", OPT_UINT,
        offsetof(struct cpu_args, percent), 5, 50},
    {0},
};

enum { PERIOD_USEC = 100000, MANY_SHARES = 262144, MORE_SECONDS = 8 };

/* How far from 1/2 or 3/4 a measured part may be: less than half of what lies between them. */
static const double PART_TOLERANCE = 0.1;

/* A group in the hierarchy of cpu, and its like in that of cpuacct. */
struct pair {
    char cpu[PATH_MAX], acct[PATH_MAX];
};

static int make_pair(
    struct run *run, const char *name, uint64_t shares, struct pair *ret, struct err *err)
{
    if (group_path(run, "cpu", name, ret->cpu, err) < 0 ||
        group_path(run, "cpuacct", name, ret->acct, err) < 0 ||
        group_make(run, ret->cpu, err) < 0 || group_make(run, ret->acct, err) < 0)
        return -1;
    return fsio_write(err, ret->cpu, "cpu.shares", "%" PRIu64, shares);
}

/* A busy loop in the pair; on one CPU only if `cpu` is given. */
static pid_t start(const struct pair *pair, int *cpu, struct err *err)
{
    return group_fork((const char *const[]){pair->cpu, pair->acct, NULL}, group_spin, cpu, err);
}

/* Nanoseconds of CPU time that the group has used. */
static int usage(const struct pair *pair, uint64_t *ret_nsec, struct err *err)
{
    return fsio_read_u64(pair->acct, "cpuacct.usage", ret_nsec, err);
}

/* Draws the group's CPU time for so long, and returns the cores that it used on average. */
static int measure(struct run *run, const struct pair *pair, const char *series, double seconds,
    double mark, double *ret_cores, struct err *err)
{
    struct live live;
    uint64_t first, last, now;

    if (live_begin(&live, &run->report, "core", 1, mark, err) < 0 || usage(pair, &first, err) < 0)
        return -1;
    double begin = live_now(), then = begin;
    last = first;
    while (then - begin < seconds) {
        usleep(200000);
        if (usage(pair, &now, err) < 0)
            return -1;
        double at = live_now();
        live_point(&live, series, (double)(now - last) / 1e9 / (at - then));
        last = now;
        then = at;
    }
    live_end(&live);
    *ret_cores = (double)(last - first) / 1e9 / (then - begin);
    return 0;
}

static int run_quota(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    const struct cpu_args *args = run->args;
    double percent = args->percent ? (double)args->percent : 50, limited, free;
    struct pair pair;
    uint64_t throttled, never;

    if (make_pair(run, "", MANY_SHARES, &pair, err) < 0)
        return -1;
    step(r, "sched-bwc.rst", "mkdir %s", pair.cpu);
    note(r, "cpu.cfs_period_us <- %d, cpu.cfs_quota_us <- %.0f", PERIOD_USEC,
        PERIOD_USEC * percent / 100);
    if (fsio_write(err, pair.cpu, "cpu.cfs_period_us", "%d", PERIOD_USEC) < 0 ||
        fsio_write(err, pair.cpu, "cpu.cfs_quota_us", "%.0f", PERIOD_USEC * percent / 100) < 0)
        return -1;
    step(r, "fork(2)", "tasks <- 0 in a child, which then computes without end");
    pid_t pid = start(&pair, NULL, err);
    if (pid < 0 || measure(run, &pair, "quota", 3, percent / 100, &limited, err) < 0)
        return -1;
    if (fsio_read_key(pair.cpu, "cpu.stat", "nr_throttled", &throttled, err) < 0)
        return -1;
    note(r, "it was stopped at the end of its quota in %" PRIu64 " periods", throttled);
    proc_end(pid);

    if (make_pair(run, "-control", MANY_SHARES, &pair, err) < 0)
        return -1;
    step(r, "sched-bwc.rst", "control: the same in a group whose cpu.cfs_quota_us is -1");
    pid = start(&pair, NULL, err);
    if (pid < 0 || measure(run, &pair, "control", 1.5, -1, &free, err) < 0)
        return -1;
    proc_end(pid);
    if (fsio_read_key(pair.cpu, "cpu.stat", "nr_throttled", &never, err) < 0)
        return -1;
    claim_range(r, "the quota is what it gets", limited, percent / 100 * 0.6, percent / 100 * 1.12,
        "cpuacct.usage / time");
    claim_u64(r, "because the kernel stops it", throttled, GE, 1, "cpu.stat, nr_throttled");
    claim_range(r, "control: without, it gets more", free, 0.57, 1.1, "cpuacct.usage / time");
    claim_u64(r, "control: and is never stopped", never, EQ, 0, "cpu.stat, nr_throttled");
    return 0;
}

/*
 * Draws what part of their CPU the second of two groups gets, and returns it. On a crowded machine
 * it takes longer until chance has evened out: so it goes on, up to MORE_SECONDS, while the part is
 * not within a tenth of what is expected.
 */
static int measure_part(struct run *run, const struct pair pair[2], const char *series,
    double seconds, double expected, double *ret_part, struct err *err)
{
    struct live live;
    uint64_t first[2], now[2];
    double elapsed = 0;

    if (live_begin(&live, &run->report, "CPU", 1, expected, err) < 0 ||
        usage(&pair[0], &first[0], err) < 0 || usage(&pair[1], &first[1], err) < 0)
        return -1;
    double begin = live_now();
    while (elapsed < seconds ||
           (fabs(*ret_part - expected) > PART_TOLERANCE && elapsed < seconds + MORE_SECONDS)) {
        usleep(200000);
        if (usage(&pair[0], &now[0], err) < 0 || usage(&pair[1], &now[1], err) < 0)
            return -1;
        double used[2] = {(double)(now[0] - first[0]), (double)(now[1] - first[1])};
        *ret_part = used[1] / (used[0] + used[1]);
        live_point(&live, series, *ret_part);
        elapsed = live_now() - begin;
    }
    live_end(&live);
    return 0;
}

/* The first CPU that we may use: both busy loops are pinned to it, so that they have to share. */
static int first_cpu(void)
{
    cpu_set_t set;
    int cpu = 0;

    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &set))
        cpu++;
    return cpu;
}

static int run_shares(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct pair parent, pair[2];
    double three_quarters, half, alone;
    int cpu = first_cpu();
    pid_t pid[2];

    if (make_pair(run, "-shares", MANY_SHARES, &parent, err) < 0 ||
        make_pair(run, "-shares/one", 1024, &pair[0], err) < 0 ||
        make_pair(run, "-shares/three", 3072, &pair[1], err) < 0)
        return -1;
    step(r, "sched-design-CFS.rst, sched_setaffinity(2)",
        "one/cpu.shares <- 1024, three/cpu.shares <- 3072, a busy loop each, both on CPU %d", cpu);
    for (int i = 0; i < 2; i++) {
        pid[i] = start(&pair[i], &cpu, err);
        if (pid[i] < 0)
            return -1;
    }
    if (measure_part(run, pair, "three", 2, 0.75, &three_quarters, err) < 0)
        return -1;
    step(r, "sched-design-CFS.rst", "control: three/cpu.shares <- 1024");
    if (fsio_write(err, pair[1].cpu, "cpu.shares", "1024") < 0 ||
        measure_part(run, pair, "even", 1.5, 0.5, &half, err) < 0)
        return -1;
    step(
        r, "sched-design-CFS.rst", "the busy loop of `one` ends; three/cpu.shares <- 2, the least");
    explain(r, "shares are no limit: with nobody to share with, two shares are the whole CPU");
    proc_end(pid[0]);
    if (fsio_write(err, pair[1].cpu, "cpu.shares", "2") < 0 ||
        measure(run, &pair[1], "alone", 1, -1, &alone, err) < 0)
        return -1;
    proc_end(pid[1]);
    claim_range(r, "1024:3072 is a quarter to three", three_quarters, 0.75 - PART_TOLERANCE,
        0.75 + PART_TOLERANCE, "cpuacct.usage");
    claim_range(r, "control: 1024:1024 is half and half", half, 0.5 - PART_TOLERANCE,
        0.5 + PART_TOLERANCE, "cpuacct.usage");
    /* two shares beside 1024 would be 0.002 of the CPU; other runs of labs may be on it too */
    claim_range(
        r, "control: alone, 2 shares are no limit", alone, 0.1, 1.1, "cpuacct.usage / time");
    return 0;
}

static int cpu_run(struct run *run, struct err *err)
{
    return run_quota(run, err) < 0 ? -1 : run_shares(run, err);
}

const struct experiment cpu_experiment = {
    .name = "cpu",
    .summary = "a quota of half a CPU; shares of one to three",
    .needs = "root v1:cpu v1:cpuacct",
    .steps = 6,
    .opts = CPU_OPTS,
    .args_size = sizeof(struct cpu_args),
    .run = cpu_run,
};
