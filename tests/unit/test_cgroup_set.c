// SPDX-License-Identifier: MIT
/*
 * Every limit of linux.resources, set on a real group and read back from the kernel's own file, on
 * whichever version this host has. A controller that is not there takes its rows with it: that is
 * said, and the other version's machine (vm/run --cgroup v1, v2) has the rest.
 */
#include "unit.h"

#include "cgroup_set.h"

#include <unistd.h>

/* What is set, and what the file says then, in each version; NULL: the version has no such file. A
 * file that ends in … is read whole and must contain the text. */
struct row {
    const char *controller;
    struct cgroup_limits limits;
    const char *v1_file, *v1_text, *v2_file, *v2_text;
};

static const struct cgroup_named_limit PAGES_NONE[] = {{"2MB", UINT64_MAX}};
static const struct cgroup_named_limit PRIORITY[] = {{"lo", 5}};
static const struct cgroup_file FILES[] = {
    {"memory.high", "67108864"}, {"cgroup.max.depth", "3"}, {"memory.min", "\n4096\n8192\n"}};

static const struct row ROWS[] = {
    {"cpu", {.cpu_shares = 2000}, "cpu.shares", "2000", "cpu.weight", "170"},
    {"cpu", {.cpu_quota_usec = 20000}, "cpu.cfs_quota_us", "20000", "cpu.max", "20000 100000"},
    {"cpu", {.cpu_period_usec = 50000}, "cpu.cfs_period_us", "50000", "cpu.max", "20000 50000"},
    {"cpu", {.cpu_quota_usec = 30000}, "cpu.cfs_period_us", "50000", "cpu.max", "30000 50000"},
    {"cpu", {.cpu_burst_usec = 10000}, "cpu.cfs_burst_us", "10000", "cpu.max.burst", "10000"},
    /* both raised: the burst fits only once the quota is there */
    {"cpu", {.cpu_quota_usec = 90000, .cpu_burst_usec = 80000}, "cpu.cfs_burst_us", "80000",
        "cpu.max.burst", "80000"},
    /* both lowered: the quota fits only once the burst is there */
    {"cpu", {.cpu_quota_usec = 5000, .cpu_burst_usec = 4000}, "cpu.cfs_quota_us", "5000", "cpu.max",
        "5000 50000"},
    {"cpu", {.cpu_quota_usec = UINT64_MAX, .cpu_period_usec = 100000}, "cpu.cfs_quota_us", "-1",
        "cpu.max", "max 100000"},
    {"cpu", {.cpu_rt_period_usec = 500000, .cpu_rt_runtime_usec = 1000}, "cpu.rt_runtime_us",
        "1000", NULL, NULL},
    {"cpu", {.cpu_idle = CGROUP_ON}, "cpu.idle", "1", "cpu.idle", "1"},
    /* an idle group takes no shares: it must be woken first */
    {"cpu", {.cpu_idle = CGROUP_OFF, .cpu_shares = 2000}, "cpu.shares", "2000", "cpu.weight",
        "170"},
    {"cpu", {0}, "cpu.idle", "0", "cpu.idle", "0"},
    {"cpuset", {.cpus = "0", .mems = "0"}, "cpuset.cpus", "0", "cpuset.cpus", "0"},
    {"cpuset", {.cpus = "", .mems = "0"}, "cpuset.mems", "0", "cpuset.mems", "0"},
    {"memory", {.memory_bytes = 64 * MIB, .memory_swap_bytes = 96 * MIB}, "memory.limit_in_bytes",
        "67108864", "memory.max", "67108864"},
    {"swap", {0}, "memory.memsw.limit_in_bytes", "100663296", "memory.swap.max", "33554432"},
    /* raised above the old limit of both */
    {"memory", {.memory_bytes = 128 * MIB, .memory_swap_bytes = 128 * MIB}, "memory.limit_in_bytes",
        "134217728", "memory.max", "134217728"},
    {"swap", {0}, "memory.memsw.limit_in_bytes", "134217728", "memory.swap.max", "0"},
    /* the limit of both alone: memory stays */
    {"swap", {.memory_swap_bytes = 256 * MIB}, "memory.memsw.limit_in_bytes", "268435456",
        "memory.swap.max", "134217728"},
    /* lowered below the old limit of memory */
    {"memory", {.memory_bytes = 32 * MIB, .memory_swap_bytes = 64 * MIB}, "memory.limit_in_bytes",
        "33554432", "memory.max", "33554432"},
    {"swap", {0}, "memory.memsw.limit_in_bytes", "67108864", "memory.swap.max", "33554432"},
    {"memory", {.memory_reservation_bytes = 16 * MIB}, "memory.soft_limit_in_bytes", "16777216",
        "memory.low", "16777216"},
    {"memory", {.memory_swappiness_given = true}, "memory.swappiness", "0", NULL, NULL},
    {"memory", {.oom_kill_disabled = CGROUP_ON}, "memory.oom_control…", "oom_kill_disable 1", NULL,
        NULL},
    {"memory", {0}, "memory.oom_control…", "oom_kill_disable 1", NULL, NULL},
    {"memory", {.oom_kill_disabled = CGROUP_OFF}, "memory.oom_control…", "oom_kill_disable 0", NULL,
        NULL},
    /* no limit of memory is none of swap */
    {"memory", {.memory_bytes = UINT64_MAX}, "memory.limit_in_bytes", "9223372036854771712",
        "memory.max", "max"},
    {"swap", {0}, "memory.memsw.limit_in_bytes", "9223372036854771712", "memory.swap.max", "max"},
    {"pids", {.pids = 17}, "pids.max", "17", "pids.max", "17"},
    {"pids", {.pids = UINT64_MAX}, "pids.max", "max", "pids.max", "max"},
    {"blkio", {.read_bps = DISK}, "blkio.throttle.read_bps_device…", " 2097152", "io.max…",
        " rbps=2097152 wbps=max riops=max wiops=max"},
    {"blkio", {.write_bps = DISK, .read_iops = DISK, .write_iops = DISK},
        "blkio.throttle.write_iops_device…", " 2097152", "io.max…",
        " rbps=2097152 wbps=2097152 riops=2097152 wiops=2097152"},
    {"hugetlb", {.hugepages = PAGES, .hugepages_count = 1}, "hugetlb.2MB.limit_in_bytes", "2097152",
        "hugetlb.2MB.max", "2097152"},
    {"hugetlb", {0}, "hugetlb.2MB.rsvd.limit_in_bytes", "2097152", "hugetlb.2MB.rsvd.max",
        "2097152"},
    {"hugetlb", {.hugepages = PAGES_NONE, .hugepages_count = 1}, "hugetlb.2MB.limit_in_bytes",
        "9223372036852678656", "hugetlb.2MB.max", "max"},
    {"net_cls", {.net_class_id = 1048577}, "net_cls.classid", "1048577", NULL, NULL},
    {"net_prio", {.net_priorities = PRIORITY, .net_priorities_count = 1}, "net_prio.ifpriomap…",
        "lo 5", NULL, NULL},
};
static const struct row UNIFIED[] = {
    {"memory", {.unified = FILES, .unified_count = 3}, NULL, NULL, "memory.high", "67108864"},
    {"memory", {0}, NULL, NULL, "cgroup.max.depth", "3"},
    {"memory", {0}, NULL, NULL, "memory.min", "8192"},
};
enum { COUNT = sizeof(ROWS) / sizeof(*ROWS), UNIFIED_COUNT = sizeof(UNIFIED) / sizeof(*UNIFIED) };

static void set_and_check(struct cgroup *group, const struct row *row)
{
    bool swap = strcmp(row->controller, "swap") == 0;
    const char *dir = cgroup_path(group, swap ? "memory" : row->controller);
    const char *file = group->v2 ? row->v2_file : row->v1_file;

    assert_true(dir || !file); /* a plan without the controller was no plan */
    if (!dir || (swap && !fsio_exists(dir, file))) {
        print_message("no %s here: %s is not checked\n", row->controller, file ? file : "");
        return;
    }
    if ((file && !fsio_exists(dir, file) && !strstr(file, "…")) ||
        (!disk.major && strcmp(row->controller, "blkio") == 0)) {
        print_message("this kernel has no %s, or no disk\n", file);
        return;
    }
    assert_ok(cgroup_set(group, &row->limits, &err));
    if (file)
        check(dir, file, group->v2 ? row->v2_text : row->v1_text);
}

/* All controllers that there are: asked for one by one, since one that is missing is an error. */
static void every_limit(void **state)
{
    struct cgroup group;

    (void)state;
    if (geteuid() != 0)
        skip(); /* nowhere to make groups */
    for (int i = 0; i < COUNT; i++) {
        const struct row *row = &ROWS[i];
        bool first = i == 0 || strcmp(row->controller, row[-1].controller) != 0;
        if (first && strcmp(row->controller, "swap") != 0 &&
            !(i > 0 && strcmp(row[-1].controller, "swap") == 0)) {
            if (cgroup_plan(undo.id, &row->limits, &group, &err) < 0) {
                assert_int_equal(err.kind, ERR_SKIP);
                assert_non_null(strstr(err.what, row->controller));
                print_message("no %s here\n", row->controller);
                while (i + 1 < COUNT && strcmp(ROWS[i + 1].controller, row->controller) == 0)
                    i++;
                continue;
            }
            make(&group, &row->limits);
        }
        set_and_check(&group, row);
    }
}

static void unified(void **state)
{
    static const struct cgroup_file bad[] = {{"../x", "1"}, {"", "1"}, {".", "1"}};
    static const struct cgroup_file missing[] = {{"memory.no_such", "1"}};
    struct cgroup group;

    (void)state;
    if (cgroup_plan(undo.id, &UNIFIED[0].limits, &group, &err) < 0)
        skip();
    make(&group, &UNIFIED[0].limits);
    if (!group.v2) {
        assert_err(cgroup_set(&group, &UNIFIED[0].limits, &err), ERR_USAGE);
        return;
    }
    for (int i = 0; i < UNIFIED_COUNT; i++)
        set_and_check(&group, &UNIFIED[i]);
    for (int i = 0; i < 3; i++) {
        struct cgroup_limits limits = {.unified = &bad[i], .unified_count = 1};
        assert_err(cgroup_set(&group, &limits, &err), ERR_USAGE);
    }
    struct cgroup_limits limits = {.unified = missing, .unified_count = 1};
    assert_err(cgroup_set(&group, &limits, &err), ERR_SYS);
    assert_non_null(strstr(err.what, "memory.no_such"));
    assert_true(err.hint[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit),
        cmocka_unit_test(unified),
    };

    return cmocka_run_group_tests_name("cgroup_set", tests, set_up, tear_down);
}
