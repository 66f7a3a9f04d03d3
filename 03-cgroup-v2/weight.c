// SPDX-License-Identifier: MIT
/*
 * weight: 100 to 300 on one CPU.
 *
 * cpu.weight shares out what there is: when both groups want the same CPU, one with 300 gets three
 * times what one with 100 gets. It is no ceiling: a group that is alone gets all, whatever its
 * weight. Two busy loops pinned to one CPU show it, measured by what cpu.stat says each group got.
 * The controls: equal weights share equally, and the light group alone has the CPU to itself.
 *
 * cpu.weight.nice is the same setting in nice(1)'s numbers: 0 is 100, and each step is a factor of
 * about 1.25. Reading it back gives the nearest nice value.
 *
 * The two groups stand in a group of their own with a high weight, so that what else runs on this
 * CPU slows both alike and does not change their ratio.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "live.h"
#include "proc.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOWS = 10 };

struct pair {
    struct group light, heavy;
};

/* The last CPU that this process may use. */
static int last_cpu(void)
{
    cpu_set_t set;
    int last = 0;

    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        last = CPU_ISSET(cpu, &set) ? cpu : last;
    return last;
}

static int usage(const struct pair *p, double ret_usec[2], struct err *err)
{
    uint64_t light, heavy;

    if (fsio_read_key(p->light.path, "cpu.stat", "usage_usec", &light, err) < 0 ||
        fsio_read_key(p->heavy.path, "cpu.stat", "usage_usec", &heavy, err) < 0)
        return -1;
    ret_usec[0] = (double)light;
    ret_usec[1] = (double)heavy;
    return 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/*
 * Watches for WINDOWS quarters of a second. *ret_share is the part that the heavy group had of what
 * both got, in the median quarter: one in which the machine stood still says nothing.
 */
static int watch(struct run *run, const struct pair *p, const char *series, double expected,
    double *ret_share, struct err *err)
{
    double first[2], last[2], now[2], shares[WINDOWS];
    struct live live;

    if (usage(p, first, err) < 0 || live_begin(&live, &run->report, "CPU", 1.0, expected, err) < 0)
        return -1;
    memcpy(last, first, sizeof(last));
    for (int i = 0; i < WINDOWS; i++) {
        usleep(250000);
        if (usage(p, now, err) < 0)
            return -1;
        double light = now[0] - last[0], heavy = now[1] - last[1];
        shares[i] = light + heavy > 0 ? heavy / (light + heavy) : 0;
        live_point(&live, series, shares[i]);
        memcpy(last, now, sizeof(last));
    }
    live_end(&live);
    note(&run->report, "cpu.stat usage: light %.2f s, heavy %.2f s", (last[0] - first[0]) / 1e6,
        (last[1] - first[1]) / 1e6);
    qsort(shares, WINDOWS, sizeof(shares[0]), compare_doubles);
    *ret_share = shares[WINDOWS / 2];
    return 0;
}

static int make_pair(struct run *run, struct pair *ret, struct err *err)
{
    struct group above;

    if (group_make(run, "", "cpu", &above, err) < 0 || group_take_turn(run, &above, err) < 0 ||
        group_set(run, &above, err, "cpu.weight", "10000") < 0 ||
        group_make_below(run, &above, "light", "cpu", &ret->light, err) < 0)
        return -1;
    return group_make_below(run, &above, "heavy", "", &ret->heavy, err);
}

/* The light group alone on its CPU: a weight is no ceiling. */
static int watch_alone(struct run *run, const struct group *light, struct err *err)
{
    uint64_t before, after;

    double begin = live_now();
    if (fsio_read_key(light->path, "cpu.stat", "usage_usec", &before, err) < 0)
        return -1;
    sleep(1);
    double end = live_now();
    if (fsio_read_key(light->path, "cpu.stat", "usage_usec", &after, err) < 0)
        return -1;
    double share = (double)(after - before) / 1e6 / (end - begin);
    claim_range(&run->report, "control: alone, weight 100 gets the CPU", share, 0.75, 1.15,
        "cpu.stat usage_usec / time");
    return 0;
}

static int show_nice(struct run *run, const struct group *g, struct err *err)
{
    struct report *r = &run->report;
    uint64_t weight;

    step(r, "cgroup-v2.rst, \"CPU Interface Files\"; sched(7)", "the same in nice values");
    static const struct {
        int nice;
        uint64_t weight;
    } pairs[] = {{-5, 305}, {0, 100}, {5, 33}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char text[64];
        if (group_set(run, g, err, "cpu.weight.nice", "%d", pairs[i].nice) < 0 ||
            fsio_read_u64(g->path, "cpu.weight", &weight, err) < 0)
            return -1;
        note(r, "%s/cpu.weight: %lu", g->name, weight);
        snprintf(text, sizeof(text), "cpu.weight for nice %d", pairs[i].nice);
        claim_u64(r, text, weight, EQ, pairs[i].weight, "cpu.weight");
    }
    return 0;
}

static int weight_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    double share, equal;
    struct pair p;
    int cpu = last_cpu();

    step(r, "cgroup-v2.rst, \"Weights\"", "two groups, side by side");
    if (make_pair(run, &p, err) < 0)
        return -1;
    step(r, "sched_setaffinity(2)", "100 to 300, a busy loop in each, both on CPU %d", cpu);
    if (group_set(run, &p.light, err, "cpu.weight", "100") < 0 ||
        group_set(run, &p.heavy, err, "cpu.weight", "300") < 0)
        return -1;
    pid_t light = group_busy(&p.light, cpu, err);
    pid_t heavy = light < 0 ? -1 : group_busy(&p.heavy, cpu, err);
    if (heavy < 0 || watch(run, &p, "heavy", 0.75, &share, err) < 0)
        return -1;
    step(r, NULL, "control: 100 to 100");
    if (group_set(run, &p.heavy, err, "cpu.weight", "100") < 0 ||
        watch(run, &p, "control", 0.5, &equal, err) < 0)
        return -1;
    claim_range(r, "300 to 100: three quarters", share, 0.66, 0.84, "cpu.stat usage_usec");
    claim_range(r, "control: 100 to 100: a half", equal, 0.38, 0.62, "cpu.stat usage_usec");
    step(r, NULL, "control: the heavy loop ends, and the light one is alone");
    proc_end(heavy);
    return watch_alone(run, &p.light, err) < 0 || show_nice(run, &p.light, err) < 0 ? -1 : 0;
}

const struct experiment weight_experiment = {
    .name = "weight",
    .summary = "100 to 300 on one CPU: cpu.weight and cpu.weight.nice",
    .needs = "v2:cpu",
    .steps = 5,
    .run = weight_run,
};
