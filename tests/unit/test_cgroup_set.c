// SPDX-License-Identifier: MIT
/*
 * Every limit of linux.resources, set on a real group and read back from the kernel's own file, on
 * whichever version this host has. A controller that is not there takes its rows with it: that is
 * said, and the other version's machine (vm/run --cgroup v1, v2) has the rest.
 */
#include "cgroup.h"
#include "cleanup.h"
#include "fsio.h"
#include "proc.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MIB = 1 << 20, PAGE_2M = 2 * MIB };

static struct err err;
static struct undo undo;
static struct cgroup_device_limit disk; /* some block device of this machine, 2 MiB/s */
static const struct cgroup_device_limits DISK = {&disk, 1};

/* What is set, and what the file says then, in each version; NULL: the version has no such file. A
 * file that ends in … is read whole and must contain the text. */
struct row {
    const char *controller;
    struct cgroup_limits limits;
    const char *v1_file, *v1_text, *v2_file, *v2_text;
};

static const struct cgroup_named_limit PAGES[] = {{"2MB", PAGE_2M}};
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
    {"cpu", {.cpu_idle = true}, "cpu.idle", "1", "cpu.idle", "1"},
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
    {"memory", {.oom_kill_disabled = true}, "memory.oom_control…", "oom_kill_disable 1", NULL,
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

static int set_up(void **state)
{
    cleanup_free char *number = NULL;

    (void)state;
    for (int i = 0; i < 2 && !number; i++)
        number = fsio_read(i ? "/sys/block/loop0" : "/sys/block/vda", "dev", &err);
    if (number)
        sscanf(number, "%u:%u", &disk.major, &disk.minor);
    disk.value = 2 * MIB;
    return undo_open(&undo, &err);
}

static int tear_down(void **state)
{
    (void)state;
    return undo_all(&undo, stderr) > 0 ? -1 : 0;
}

/* One level below the root: a level between would hand no real-time budget down. */
static void make(struct cgroup *group, const struct cgroup_limits *limits)
{
    static int number;
    char name[32];

    snprintf(name, sizeof(name), "%s-%d", undo.id, number++);
    assert_ok(cgroup_plan(name, limits, group, &err));
    if (group->absent)
        skip();
    assert_ok(cgroup_journal(group, &undo, &err));
    assert_ok(cgroup_make(group, &err));
}

/* The file's text, or where its name ends in …, whether the text is in it. */
static void check(const char *dir, const char *file, const char *expected)
{
    char name[64];
    size_t length = strlen(file);
    bool contains = strcmp(file + length - strlen("…"), "…") == 0;

    snprintf(name, sizeof(name), "%.*s", (int)(length - (contains ? strlen("…") : 0)), file);
    cleanup_free char *text = fsio_read(dir, name, &err);
    assert_ok(text ? 0 : -1);
    if (contains ? strstr(text, expected) != NULL : strcmp(text, expected) == 0)
        return;
    print_error("%s/%s: '%s', expected '%s'\n", dir, name, text, expected);
    fail();
}

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

/* A limit that the group was not made for: an update of a container. The level above is new, so
 * that no other test's controllers are on in it. */
static void later_ones(void **state)
{
    const struct cgroup_file page = {"hugetlb.2MB.max", "2097152"};
    const struct cgroup_limits cpus = {
        .cpus = "0", .read_bps = disk.major ? DISK : (struct cgroup_device_limits){0}};
    const struct cgroup_limits pages = {.hugepages = PAGES, .hugepages_count = 1};
    const struct cgroup_limits file = {.unified = &page, .unified_count = 1};
    struct cgroup made, group;
    const char *path;
    char name[32];

    (void)state;
    snprintf(name, sizeof(name), "%s-later/leaf", undo.id);
    assert_ok(cgroup_plan(name, NULL, &made, &err));
    if (made.absent)
        skip();
    assert_ok(cgroup_journal(&made, &undo, &err));
    assert_ok(cgroup_make(&made, &err));
    path = made.path[0];
    if (!made.v2) {
        assert_err(cgroup_set(&made, &pages, &err), ERR_SKIP);
        assert_non_null(strstr(err.what, "hugetlb"));
        return;
    }
    assert_ok(cgroup_adopt(&path, 1, &group, &err));
    assert_ok(cgroup_set(&group, &cpus, &err));
    check(path, "cpuset.cpus", "0");
    assert_ok(cgroup_set(&group, &file, &err));
    check(path, "hugetlb.2MB.max", "2097152");
}

/* Somebody with memory in the group. */
static pid_t start_eater(const struct cgroup *group)
{
    uint64_t used = 0;
    pid_t pid = proc_fork(&err);

    if (pid == 0) {
        if (cgroup_join(group, &err) < 0)
            _exit(1);
        mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
            0);
        for (;;)
            pause();
    }
    for (int tries = 0; used < 4 * MIB && tries < 1000; tries++) {
        assert_ok(fsio_read_u64(cgroup_path(group, "memory"), "memory.current", &used, &err));
        usleep(1000);
    }
    return pid;
}

static void refused(void **state)
{
    const struct cgroup_limits cpus = {.cpus = "9999"};
    const struct cgroup_limits below = {.memory_bytes = 64 * MIB, .memory_swap_bytes = 32 * MIB};
    const struct cgroup_limits no_memory = {
        .memory_bytes = UINT64_MAX, .memory_swap_bytes = 64 * MIB};
    const struct cgroup_limits slash = {
        .hugepages = &(struct cgroup_named_limit){"../2MB", 1}, .hugepages_count = 1};
    const struct cgroup_limits checked = {.memory_bytes = 1, .check_before_update = true};
    struct cgroup group;

    (void)state;
    make(&group, &cpus);
    assert_err(cgroup_set(&group, &cpus, &err), ERR_SYS);
    assert_non_null(strstr(err.what, "cpuset.cpus"));
    assert_non_null(strstr(err.what, "9999"));
    assert_err(cgroup_set(&group, &slash, &err), ERR_USAGE);
    if (fsio_exists(cgroup_path(&group, "memory"), "memory.swap.max")) {
        assert_err(cgroup_set(&group, &below, &err), ERR_USAGE);
        assert_err(cgroup_set(&group, &no_memory, &err), ERR_USAGE);
        assert_non_null(strstr(err.what, "needs a limit of memory"));
    }
    if (group.v2) {
        make(&group, &checked);
        pid_t eater = start_eater(&group);
        assert_err(cgroup_set(&group, &checked, &err), ERR_SYS);
        assert_non_null(strstr(err.hint, "in use"));
        proc_end(eater);
    }
}

/* The scheduler decides which file takes it; without one that does, it is an error. */
static void weights(void **state)
{
    static const struct {
        const char *file, *text;
    } files[] = {{"blkio.weight", "500"}, {"blkio.bfq.weight", "500"}, {"io.bfq.weight", "500"},
        {"io.weight", "4950"}};
    const struct cgroup_limits limits = {.io_weight = 500};
    struct cgroup group;

    (void)state;
    if (cgroup_plan(undo.id, &limits, &group, &err) < 0)
        skip();
    make(&group, &limits);
    const char *dir = cgroup_path(&group, "io");
    assert_ptr_equal(dir, cgroup_path(&group, "blkio"));
    for (int i = group.v2 ? 2 : 0; i < 4; i++) {
        if (!fsio_exists(dir, files[i].file))
            continue;
        assert_ok(cgroup_set(&group, &limits, &err));
        cleanup_free char *text = fsio_read(dir, files[i].file, &err);
        assert_non_null(strstr(text, files[i].text));
        print_message("%s is %s\n", files[i].file, text);
        return;
    }
    assert_err(cgroup_set(&group, &limits, &err), ERR_SYS);
    assert_int_equal(err.code, ENOENT);
    assert_non_null(strstr(err.what, group.v2 ? "io.weight" : "blkio.bfq.weight"));
}

/* No machine here has an adapter: the kernel must have been asked for one. */
static void adapters(void **state)
{
    const struct cgroup_rdma_limit adapter = {"no_such0", 3, -1};
    const struct cgroup_limits limits = {.rdma = &adapter, .rdma_count = 1};
    struct cgroup group;

    (void)state;
    if (cgroup_plan(undo.id, &limits, &group, &err) < 0)
        skip();
    make(&group, &limits);
    assert_err(cgroup_set(&group, &limits, &err), ERR_SYS);
    assert_non_null(strstr(err.what, "'no_such0 hca_handle=3'"));
    assert_non_null(strstr(err.what, "rdma.max"));
}

static void conversions(void **state)
{
    (void)state;
    assert_int_equal(cgroup_io_weight(10), 1);
    assert_int_equal(cgroup_io_weight(100), 910);
    assert_int_equal(cgroup_io_weight(500), 4950);
    assert_int_equal(cgroup_io_weight(1000), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversions),
        cmocka_unit_test(every_limit),
        cmocka_unit_test(weights),
        cmocka_unit_test(adapters),
        cmocka_unit_test(unified),
        cmocka_unit_test(later_ones),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests_name("cgroup_set", tests, set_up, tear_down);
}
