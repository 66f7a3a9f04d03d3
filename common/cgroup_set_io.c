// SPDX-License-Identifier: MIT
/*
 * Block devices: a share of the disk by weight, and limits of bytes and operations a second. Which
 * file takes a weight depends on the I/O scheduler of the kernel: BFQ's counts as v1 did (10…1000),
 * v2's own, which iocost serves, goes to 10000.
 *
 * Source: cgroup-v1/blkio-controller.rst, cgroup-v2.rst ("io.max", "io.weight"), block/bfq-iosched.
 */
#include "cgroup_internal.h"

#include "fsio.h"

#include <inttypes.h>

uint64_t cgroup_io_weight(uint64_t weight)
{
    return weight < 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

static bool has(const struct cgroup *group, const char *file)
{
    const char *dir = cgroup_dir(group, CG_BLKIO);

    return dir && fsio_exists(dir, file);
}

static int set_weights(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    const struct cgroup_device_limits *devices = &limits->io_weight_devices;
    bool converted = group->v2 && !has(group, "io.bfq.weight");
    const char *all = converted ? "io.weight" : "io.bfq.weight", *device = all;

    if (!group->v2) {
        bool cfq = has(group, "blkio.weight");
        all = cfq ? "blkio.weight" : "blkio.bfq.weight";
        device = cfq ? "blkio.weight_device" : "blkio.bfq.weight_device";
    }
    if (limits->io_weight &&
        cgroup_write_number(group, CG_BLKIO, all,
            converted ? cgroup_io_weight(limits->io_weight) : limits->io_weight, err) < 0)
        return -1;
    for (const struct cgroup_device_limit *d = devices->items; d < devices->items + devices->count;
         d++) {
        uint64_t weight = converted ? cgroup_io_weight(d->value) : d->value;
        if (d->value && cgroup_write_text(group, CG_BLKIO, device, err, "%u:%u %" PRIu64, d->major,
                            d->minor, weight) < 0)
            return -1;
    }
    return 0;
}

/* 0 and UINT64_MAX take a limit away: v1's word for it is 0, v2's is max. */
static int set_throttle(const struct cgroup *group, const struct cgroup_device_limits *limits,
    const char *v1_file, const char *v2_key, struct err *err)
{
    for (size_t i = 0; i < limits->count; i++) {
        const struct cgroup_device_limit *d = &limits->items[i];
        bool none = d->value == 0 || d->value == UINT64_MAX;
        int result;
        if (!group->v2)
            result = cgroup_write_text(group, CG_BLKIO, v1_file, err, "%u:%u %" PRIu64, d->major,
                d->minor, none ? 0 : d->value);
        else if (none)
            result = cgroup_write_text(
                group, CG_BLKIO, "io.max", err, "%u:%u %s=max", d->major, d->minor, v2_key);
        else
            result = cgroup_write_text(group, CG_BLKIO, "io.max", err, "%u:%u %s=%" PRIu64,
                d->major, d->minor, v2_key, d->value);
        if (result < 0)
            return -1;
    }
    return 0;
}

int cgroup_set_io(const struct cgroup *group, const struct cgroup_limits *limits, struct err *err)
{
    const struct {
        const struct cgroup_device_limits *limits;
        const char *v1_file, *v2_key;
    } throttles[] = {
        {&limits->read_bps, "blkio.throttle.read_bps_device", "rbps"},
        {&limits->write_bps, "blkio.throttle.write_bps_device", "wbps"},
        {&limits->read_iops, "blkio.throttle.read_iops_device", "riops"},
        {&limits->write_iops, "blkio.throttle.write_iops_device", "wiops"},
    };

    if (set_weights(group, limits, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(throttles) / sizeof(*throttles); i++) {
        if (set_throttle(
                group, throttles[i].limits, throttles[i].v1_file, throttles[i].v2_key, err) < 0)
            return -1;
    }
    return 0;
}
