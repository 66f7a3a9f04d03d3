// SPDX-License-Identifier: MIT
/* A real group with real limits, on whichever version this host has; skipped where it has none. */
#include "cgroup.h"
#include "fsio.h"
#include "proc.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static struct err err;
static struct undo undo;
static char name[64];
static const struct cgroup_limits LIMITS = {
    .cpu_quota_usec = 50000, .memory_bytes = 64 * MIB, .memory_swap_bytes = 64 * MIB, .pids = 20};

static int set_up(void **state)
{
    (void)state;
    if (undo_open(&undo, &err) < 0)
        return -1;
    snprintf(name, sizeof(name), "%s/below/leaf", undo.id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return undo_all(&undo, stderr) > 0 ? -1 : 0;
}

static void names(void **state)
{
    static const char *const bad[] = {
        "", "/", "a/", "a//b", "..", ".", "a/../b", "a/..", "//a", "/..", "/a/../b", "/a/", NULL};
    struct cgroup group;
    char long_name[400];

    (void)state;
    for (const char *const *n = bad; *n; n++)
        assert_err(cgroup_plan(*n, NULL, &group, &err), ERR_USAGE);
    assert_ok(cgroup_plan("..a/b..", NULL, &group, &err));
    memset(long_name, 'x', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    if (!group.absent)
        assert_err(cgroup_plan(long_name, NULL, &group, &err), ERR_USAGE);
}

/* Both ends, both defaults, and a value that runc's authors give. */
static void weights(void **state)
{
    (void)state;
    assert_int_equal(cgroup_weight_of_shares(2), 1);
    assert_int_equal(cgroup_weight_of_shares(1024), 100);
    assert_int_equal(cgroup_weight_of_shares(2000), 170);
    assert_int_equal(cgroup_weight_of_shares(262144), 10000);
    assert_int_equal(cgroup_weight_of_shares(1), 1);
    assert_int_equal(cgroup_weight_of_shares(UINT64_MAX), 10000);
}

/* A group as a container has it; skips the test where limits cannot be had. */
static void make(struct cgroup *group)
{
    int result = cgroup_plan(name, &LIMITS, group, &err);

    if (result < 0 && err.kind == ERR_SKIP)
        skip();
    assert_ok(result);
    assert_ok(cgroup_journal(group, &undo, &err));
    assert_ok(cgroup_make(group, &err));
    assert_ok(cgroup_set(group, &LIMITS, &err));
}

static void limits(void **state)
{
    struct cgroup group, again;
    struct cgroup_limits more = {.memory_bytes = 256 * MIB, .memory_swap_bytes = 512 * MIB};
    uint64_t value;

    (void)state;
    make(&group);
    const char *memory = cgroup_path(&group, "memory");
    const char *file = group.fd >= 0 ? "memory.max" : "memory.limit_in_bytes";
    assert_ok(fsio_read_u64(memory, file, &value, &err));
    assert_int_equal(value, 64 * MIB);
    assert_ok(fsio_read_u64(cgroup_path(&group, "pids"), "pids.max", &value, &err));
    assert_int_equal(value, 20);
    assert_null(cgroup_path(&group, "nonsense"));
    /* raised: on v1 the other order is needed */
    assert_ok(cgroup_set(&group, &more, &err));
    assert_ok(fsio_read_u64(memory, file, &value, &err));
    assert_int_equal(value, 256 * MIB);
    /* a second one of the same name is refused, and does the first no harm */
    assert_ok(cgroup_plan(name, &LIMITS, &again, &err));
    assert_err(cgroup_make(&again, &err), ERR_SYS);
    assert_int_equal(access(memory, F_OK), 0);
    assert_ok(cgroup_remove(&group, &err));
    assert_int_not_equal(access(memory, F_OK), 0);
}

static void members(void **state)
{
    struct cgroup group;
    struct cgroup_usage usage;

    (void)state;
    make(&group);
    for (int i = 0; i < 3; i++) {
        pid_t pid = proc_fork(&err);
        if (pid == 0) {
            if (i > 0 && cgroup_join(&group, &err) < 0)
                _exit(1);
            pause();
        }
        if (i == 0)
            assert_ok(cgroup_attach(&group, pid, &err));
    }
    for (int tries = 0; tries < 500; tries++) {
        assert_ok(cgroup_read(&group, &usage, &err));
        if (usage.pids == 3)
            break;
        usleep(10000);
    }
    assert_int_equal(usage.pids, 3);
    assert_int_equal(usage.oom_kills, 0);
    assert_int_not_equal(usage.cpu_usec, UINT64_MAX);
    assert_ok(cgroup_remove(&group, &err)); /* ends them */
    for (int i = 0; i < 3; i++)
        assert_int_equal(proc_wait(-1, &err), 128 + SIGKILL);
    char above[256];
    snprintf(above, sizeof(above), "%.*s/%s", (int)group.base[0], group.path[0], undo.id);
    assert_int_not_equal(access(above, F_OK), 0); /* the levels above went with it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(weights),
        cmocka_unit_test(limits),
        cmocka_unit_test(members),
    };

    return cmocka_run_group_tests_name("cgroup", tests, set_up, tear_down);
}
