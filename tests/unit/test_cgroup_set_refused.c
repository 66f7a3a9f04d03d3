// SPDX-License-Identifier: MIT
/*
 * Limits that a group cannot take as they are: the kernel or cgroup_set refuses them and says which
 * and why, or another file takes them, or the group was made without their controller.
 */
#include "unit.h"

#include "cgroup_set.h"
#include "proc.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

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
    if (geteuid() != 0)
        skip(); /* nowhere to make groups */
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
        cmocka_unit_test(weights),
        cmocka_unit_test(adapters),
        cmocka_unit_test(later_ones),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests_name("cgroup_set_refused", tests, set_up, tear_down);
}
