// SPDX-License-Identifier: MIT
/*
 * subsystems: what can be limited and counted, on this kernel.
 *
 * /proc/cgroups has a line for every subsystem the kernel was built with: the ID of the hierarchy
 * it is attached to (0: to none of v1; it may then be in v2), how many groups there are, and
 * whether it is switched on. Where it is mounted is asked of /proc/self/mountinfo.
 * Source: cgroups(7), "Cgroups version 1 controllers".
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "v1mount.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name, *purpose;
} PURPOSES[] = {
    {"blkio", "limits and counts reads and writes of block devices"},
    {"cpu", "shares the CPU out, and limits it (quota)"},
    {"cpuacct", "counts the CPU time used"},
    {"cpuset", "which CPUs and which memory nodes may be used"},
    {"devices", "which device files may be opened or made"},
    {"freezer", "stops all processes of a group, and lets them go on"},
    {"memory", "limits and counts memory; kills at the limit"},
    {"net_cls", "marks packets with a class, for tc and iptables"},
    {"net_prio", "the priority of packets, per network interface"},
    {"pids", "how many processes there may be"},
    {"hugetlb", "limits huge pages"},
    {"perf_event", "lets perf watch one group"},
    {"rdma", "limits RDMA handles and objects"},
    {"misc", "limits other countable things, such as encrypted VMs"},
    {"dmem", "limits the memory of devices, such as GPUs"},
    {"debug", "shows the kernel's own bookkeeping"},
};

static const char *purpose_of(const char *name)
{
    for (size_t i = 0; i < sizeof(PURPOSES) / sizeof(PURPOSES[0]); i++) {
        if (strcmp(PURPOSES[i].name, name) == 0)
            return PURPOSES[i].purpose;
    }
    return "a subsystem that this lab does not know: a newer kernel's";
}

/* What the walk over /proc/cgroups counted. */
struct counts {
    uint64_t all, mounted;
    uint64_t with_id; /* of those that are mounted: how many have a hierarchy's ID */
};

static void show(
    struct report *r, const char *name, unsigned hierarchy, const char *v2, struct counts *counts)
{
    char where[PATH_MAX];

    counts->all++;
    if (host_v1_mount(name, where)) {
        counts->mounted++;
        counts->with_id += hierarchy != 0;
    } else if (*v2 && host_file_has_word(v2, "cgroup.controllers", name)) {
        snprintf(where, sizeof(where), "in cgroup v2");
    } else {
        snprintf(where, sizeof(where), "nowhere");
    }
    note(r, "%-10s %2u  %-31s %s", name, hierarchy, where, purpose_of(name));
}

static int subsystems_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct counts counts = {0};
    char line[256], name[64], v2[PATH_MAX] = "", point[96];
    unsigned hierarchy;

    host_v2_mount(v2);
    cleanup_fclose FILE *file = fopen("/proc/cgroups", "re");
    if (!file)
        return err_sys(err, "cannot open /proc/cgroups");
    step(r, "cgroups(7)", "/proc/cgroups, and where each is mounted:");
    note(r, "%-10s %2s  %-31s %s", "subsystem", "ID", "mounted", "what it is for");
    while (fgets(line, sizeof(line), file)) {
        if (line[0] != '#' && sscanf(line, "%63s %u", name, &hierarchy) == 2)
            show(r, name, hierarchy, v2, &counts);
    }
    step(r, "mount(2)", "a name that is no subsystem: mount -t cgroup -o ns");
    explain(r, "older texts list one more, ns; it was removed in Linux 3.0");
    if (v1mount_alone(err) < 0)
        return -1;
    int unknown = v1mount_try(run, "ns", "ns", point);
    note(r, "%s", unknown ? strerror(unknown) : "it worked");
    claim_u64(r, "this kernel has subsystems", counts.all, GE, 1, "/proc/cgroups");
    claim_u64(
        r, "some are mounted in v1 hierarchies", counts.mounted, GE, 1, "/proc/self/mountinfo");
    claim_u64(
        r, "and each of these has an ID", counts.with_id, EQ, counts.mounted, "/proc/cgroups");
    claim_errno(r, "control: ns is none any more", unknown, EINVAL, "mount(2)");
    return 0;
}

const struct experiment subsystems_experiment = {
    .name = "subsystems",
    .summary = "every subsystem of this kernel, what it is for, and where it is",
    .needs = "root v1",
    .steps = 2,
    .run = subsystems_run,
};
