// SPDX-License-Identifier: MIT
/*
 * CPU time: the shares, and the bandwidth: `quota` in each `period`, and what may be saved up for a
 * `burst`. The three must fit together after each write, with each other and with the groups above,
 * so when the kernel refuses one (EINVAL) and the quota is still to come, it is tried again after.
 *
 * Source: Documentation/scheduler/sched-bwc.rst; cgroup-v2.rst, "cpu.max".
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

uint64_t cgroup_weight_of_shares(uint64_t shares)
{
    if (shares <= 2)
        return 1;
    if (shares >= 262144)
        return 10000;
    double l = log2((double)shares);
    /* one fraction, so that 1024 comes out as 100 and not a rounding error above it */
    return (uint64_t)ceil(pow(10, (l * l + 125 * l - 126) / 612));
}

/* v2 has both in one file; what was not asked for stays as it is. */
static int write_cpu_max(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    uint64_t quota = limits->cpu_quota_usec, period = limits->cpu_period_usec;
    char text[32];

    if (!quota) {
        const char *dir = cgroup_dir(group, CG_CPU);
        cleanup_free char *now = dir ? fsio_read(dir, "cpu.max", err) : NULL;
        if (dir && !now)
            return -1;
        snprintf(text, sizeof(text), "%.*s", now ? (int)strcspn(now, " ") : 3, now ? now : "max");
    } else if (quota == UINT64_MAX) {
        strcpy(text, "max");
    } else {
        snprintf(text, sizeof(text), "%" PRIu64, quota);
    }
    if (!period)
        return cgroup_write_text(group, CG_CPU, "cpu.max", err, "%s", text);
    return cgroup_write_text(group, CG_CPU, "cpu.max", err, "%s %" PRIu64, text, period);
}

/* Burst came with Linux 5.14: before, it is left out. */
static int write_burst(const struct cgroup *group, uint64_t burst, struct err *err)
{
    const char *file = group->v2 ? "cpu.max.burst" : "cpu.cfs_burst_us";

    if (!burst || cgroup_write_number(group, CG_CPU, file, burst, err) == 0 || err->code == ENOENT)
        return 0;
    return -1;
}

static int write_period(const struct cgroup *group, uint64_t period, struct err *err)
{
    return period ? cgroup_write_number(group, CG_CPU, "cpu.cfs_period_us", period, err) : 0;
}

int cgroup_set_bandwidth(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    uint64_t quota = limits->cpu_quota_usec, period = group->v2 ? 0 : limits->cpu_period_usec;
    uint64_t burst = limits->cpu_burst_usec;

    if (write_period(group, period, err) == 0)
        period = 0;
    else if (!quota || err->code != EINVAL)
        return -1;
    if (write_burst(group, burst, err) == 0)
        burst = 0;
    else if (!quota || err->code != EINVAL)
        return -1;
    if (group->v2 && (quota || limits->cpu_period_usec) && write_cpu_max(group, limits, err) < 0)
        return -1;
    if (!group->v2 && quota &&
        cgroup_write_number(group, CG_CPU, "cpu.cfs_quota_us", quota, err) < 0)
        return -1;
    return write_period(group, period, err) < 0 ? -1 : write_burst(group, burst, err);
}
