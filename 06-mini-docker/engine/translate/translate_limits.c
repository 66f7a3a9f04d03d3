// SPDX-License-Identifier: MIT
/*
 * Docker's limits in the words of cgroup_limits, where 0 is "not asked for" and UINT64_MAX "no
 * limit". A device is named by its path, which is looked up now: its number may be another one than
 * it was last time.
 */
#include "translate_internal.h"

#include "engine/create/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static int find_device(struct translating *translating, const struct record_rate *rate,
    struct cgroup_device_limit *ret)
{
    struct stat st;

    if (stat(rate->path, &st) < 0)
        return err_sys(translating->err, "cannot limit the device %s", rate->path);
    if (!S_ISBLK(st.st_mode)) {
        err_set(translating->err, ERR_USAGE, "cannot limit the device %s", rate->path);
        return err_hint(translating->err, "it is no block device -> a disk: see lsblk");
    }
    *ret = (struct cgroup_device_limit){major(st.st_rdev), minor(st.st_rdev), rate->rate};
    return 0;
}

static int fill_rates(struct translating *translating, const struct record_rate *rates,
    size_t count, struct cgroup_device_limits *ret)
{
    struct cgroup_device_limit *items;

    if (count == 0)
        return 0;
    items = translate_alloc(translating, count, sizeof(*items));
    for (size_t i = 0; items && i < count; i++) {
        if (find_device(translating, &rates[i], &items[i]) < 0)
            return -1;
    }
    *ret = (struct cgroup_device_limits){items, count};
    return items ? 0 : -1;
}

int translate_limits(struct translating *translating)
{
    const struct record_host *host = &translating->record->host;
    struct spec_linux *linux_ = &translating->ret->spec.linux_;
    struct cgroup_limits *limits = &linux_->resources;

    limits_fill(host, limits);
    linux_->cgroups_path =
        json_print(&translating->reader, "mini-docker-%.12s", translating->record->id);
    if (!linux_->cgroups_path ||
        fill_rates(translating, host->read_bps, host->read_bps_count, &limits->read_bps) < 0 ||
        fill_rates(translating, host->write_bps, host->write_bps_count, &limits->write_bps) < 0 ||
        fill_rates(translating, host->read_iops, host->read_iops_count, &limits->read_iops) < 0)
        return -1;
    return fill_rates(translating, host->write_iops, host->write_iops_count, &limits->write_iops);
}
