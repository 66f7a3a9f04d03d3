// SPDX-License-Identifier: MIT
/*
 * The processes in a runtime's group: frozen, listed, ended, also by another process that has
 * nothing but the group's paths. Each runs on whichever version this host has, and is skipped where
 * it has none.
 */
#include "unit.h"

#include "cgroup_shared.h"
#include "cleanup.h"
#include "fsio.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The kernel's own word, read at once. */
static bool says_frozen(const struct cgroup *group)
{
    uint64_t frozen = 0;

    if (group->v2)
        return fsio_read_key(group->path[0], "cgroup.events", "frozen", &frozen, &err) == 0 &&
               frozen == 1;
    cleanup_free char *text = fsio_read(cgroup_path(group, "freezer"), "freezer.state", &err);
    return text && strcmp(text, "FROZEN") == 0;
}

/* Half a core at most, whatever becomes of the test. */
static void make_limited(struct cgroup *group)
{
    const struct cgroup_limits half = {.cpu_quota_usec = 5000, .cpu_period_usec = 10000};
    char name[64];

    snprintf(name, sizeof(name), "/%s/A", mine.id);
    if (cgroup_plan(name, &half, group, &err) < 0)
        skip();
    assert_ok(cgroup_journal_leaf(group, &mine, &err));
    assert_ok(cgroup_make(group, &err));
    assert_ok(cgroup_set(group, &half, &err));
}

/* Some, so that the kernel takes its time. */
static void frozen_is_still(void **state)
{
    enum { MEMBERS = 10 };
    volatile unsigned *counter = new_counter();
    struct cgroup group;
    pid_t members[MEMBERS];

    (void)state;
    make_limited(&group);
    for (int i = 0; i < MEMBERS; i++)
        members[i] = start_member(&group, i == 0 ? counter : new_counter());
    for (int i = 0; i < 20; i++) { /* an early return shows now and then only */
        assert_ok(cgroup_freeze(&group, false, &err));
        assert_false(cgroup_is_frozen(&group));
        usleep(1000);
        assert_ok(cgroup_freeze(&group, true, &err));
        assert_true(says_frozen(&group));
        assert_true(cgroup_is_frozen(&group));
    }
    unsigned before = *counter;
    usleep(50000);
    assert_int_equal(*counter, before);
    assert_ok(cgroup_freeze(&group, false, &err));
    assert_false(cgroup_is_frozen(&group));
    assert_true(is_alive(members[0]));
    for (int tries = 0; *counter == before && tries < 50; tries++)
        usleep(10000);
    assert_int_not_equal(*counter, before);
    assert_ok(cgroup_freeze(&group, true, &err));
    assert_ok(cgroup_remove(&group, &err)); /* frozen ones too */
    for (int i = 0; i < MEMBERS; i++)
        assert_int_equal(proc_wait(members[i], &err), 128 + SIGKILL);
    struct cgroup absent = {.absent = true};
    assert_err(cgroup_freeze(&absent, true, &err), ERR_SKIP);
    assert_false(cgroup_is_frozen(&absent));
}

/* In the group and in one below it, each once although v1 lists it in every hierarchy. */
static void members_are_listed_once(void **state)
{
    cleanup_free pid_t *pids = NULL, *all = NULL, *none = NULL;
    struct cgroup group;
    char below[300];
    size_t count;

    (void)state;
    make("A", &mine, &group);
    pid_t first = start_member(&group, new_counter());
    pid_t second = start_member(&group, new_counter());
    for (int i = 0; i < group.paths; i++) {
        snprintf(below, sizeof(below), "%s/below", group.path[i]);
        assert_int_equal(mkdir(below, 0755), 0);
        fsio_write(&err, below, "cpuset.cpus", "0");
        fsio_write(&err, below, "cpuset.mems", "0");
        assert_ok(fsio_write(&err, below, "cgroup.procs", "%d", first));
    }
    assert_ok(cgroup_pids(&group, false, &pids, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(pids[0], second);
    assert_ok(cgroup_pids(&group, true, &all, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(all[0], first < second ? first : second);
    assert_int_equal(all[1], first < second ? second : first);
    assert_ok(cgroup_kill(&group, &err));
    assert_int_equal(proc_wait(first, &err), 128 + SIGKILL);
    assert_int_equal(proc_wait(second, &err), 128 + SIGKILL);
    assert_ok(cgroup_remove(&group, &err)); /* the group below too */
    assert_ok(cgroup_pids(&group, true, &none, &count, &err));
    assert_int_equal(count, 0);
}

/* Another process that has nothing but the paths. */
static void taken_up_by_its_paths(void **state)
{
    static const char *const bad[] = {"/tmp", "/sys/fs/cgroup/memory/../../x", "labs", ""};
    const char *paths[CGROUP_PATHS];
    volatile unsigned *counter = new_counter();
    struct cgroup made, group;
    struct cgroup_usage usage;

    (void)state;
    make("A", &mine, &made);
    for (int i = 0; i < made.paths; i++)
        paths[i] = made.path[i];
    assert_ok(cgroup_adopt(paths, (size_t)made.paths, &group, &err));
    assert_int_equal(group.v2, made.v2);
    assert_ok(cgroup_open(&group, &err));
    pid_t member = start_member(&group, counter);
    assert_ok(cgroup_read(&group, &usage, &err));
    assert_int_equal(usage.pids, 1);
    assert_ok(cgroup_freeze(&group, true, &err));
    assert_true(cgroup_is_frozen(&made));
    assert_ok(cgroup_kill(&group, &err));
    assert_int_equal(proc_wait(member, &err), 128 + SIGKILL);
    assert_ok(cgroup_remove(&group, &err));
    assert_int_not_equal(access(made.path[0], F_OK), 0);
    assert_true(has_level(&made));                                    /* the journal has that */
    assert_ok(cgroup_adopt(paths, (size_t)made.paths, &group, &err)); /* gone is fine */
    assert_ok(cgroup_remove(&group, &err));
    assert_false(cgroup_is_frozen(&group));
    for (size_t i = 0; i < 4; i++)
        assert_err(cgroup_adopt(&bad[i], 1, &group, &err), ERR_USAGE);
    assert_ok(cgroup_adopt(NULL, 0, &group, &err));
    assert_true(group.absent);
    cgroup_close(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(frozen_is_still),
        TEST(members_are_listed_once),
        TEST(taken_up_by_its_paths),
    };

    return cmocka_run_group_tests_name("cgroup_members", tests, NULL, NULL);
}
