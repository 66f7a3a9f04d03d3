// SPDX-License-Identifier: MIT
/*
 * Groups of a runtime: below levels that others use too, taken up again by another process, frozen.
 * Each runs on whichever version this host has, and is skipped where it has none.
 */
#include "cgroup.h"
#include "cleanup.h"
#include "fsio.h"
#include "proc.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;
static struct undo mine, theirs; /* the journals of two containers */

static int set_up(void **state)
{
    (void)state;
    return undo_open(&mine, &err) < 0 || undo_open(&theirs, &err) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return undo_all(&mine, stderr) + undo_all(&theirs, stderr) > 0 ? -1 : 0;
}

/* "/labs-1234/A"; skips the test where no group can be made. */
static void plan(const char *leaf, struct cgroup *group)
{
    char name[64];

    snprintf(name, sizeof(name), "/%s/%s", mine.id, leaf);
    assert_ok(cgroup_plan(name, NULL, group, &err));
    if (group->absent)
        skip();
}

static void make(const char *leaf, struct undo *undo, struct cgroup *group)
{
    plan(leaf, group);
    assert_ok(cgroup_journal_leaf(group, undo, &err));
    assert_ok(cgroup_make(group, &err));
}

/* A process in the group that counts as fast as it can. */
static pid_t start_member(const struct cgroup *group, volatile unsigned *counter)
{
    pid_t pid = proc_fork(&err);

    if (pid == 0) {
        if (cgroup_join(group, &err) < 0)
            _exit(1);
        for (;;) {
            ++*counter;
            usleep(100);
        }
    }
    while (*counter == 0 && proc_state(pid) != 'Z')
        usleep(100);
    assert_int_not_equal(*counter, 0);
    return pid;
}

static volatile unsigned *new_counter(void)
{
    return mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The level that they share, in each hierarchy: is it there? And away with it. */
static bool has_level(const struct cgroup *group)
{
    bool there = true;

    for (int i = 0; i < group->paths; i++) {
        char level[256];
        snprintf(level, sizeof(level), "%s", group->path[i]);
        *strrchr(level, '/') = '\0';
        there = access(level, F_OK) == 0 && there;
    }
    return there;
}

static void remove_level(const struct cgroup *group)
{
    for (int i = 0; i < group->paths; i++) {
        char level[256];
        snprintf(level, sizeof(level), "%s", group->path[i]);
        *strrchr(level, '/') = '\0';
        assert_int_equal(rmdir(level), 0);
    }
}

static bool is_alive(pid_t pid)
{
    usleep(20000);
    return proc_state(pid) && proc_state(pid) != 'Z';
}

/* A's maker made the level too. It is killed, and A is undone while B runs. */
static void a_killed_maker_takes_nobody_along(void **state)
{
    struct cgroup a, b;

    (void)state;
    plan("A", &a);
    pid_t maker = proc_fork(&err);
    if (maker == 0) {
        if (cgroup_journal_leaf(&a, &mine, &err) == 0 && cgroup_make(&a, &err) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(proc_wait(maker, &err), 128 + SIGKILL);
    assert_int_equal(access(a.path[0], F_OK), 0);
    make("B", &theirs, &b);
    pid_t member = start_member(&b, new_counter());
    assert_int_equal(undo_all(&mine, stderr), 0);
    assert_int_not_equal(access(a.path[0], F_OK), 0);
    assert_true(is_alive(member));
    assert_int_equal(access(b.path[b.paths - 1], F_OK), 0);
    assert_ok(cgroup_remove(&b, &err)); /* ends the member */
    assert_int_equal(proc_wait(member, &err), 128 + SIGKILL);
    assert_true(has_level(&b)); /* it was there when B came */
    remove_level(&b);
}

/* The last one out takes the level that it made. */
static void an_empty_level_goes(void **state)
{
    struct cgroup a;

    (void)state;
    make("A", &mine, &a);
    pid_t member = start_member(&a, new_counter());
    assert_int_equal(undo_all(&mine, stderr), 0);
    assert_false(is_alive(member));
    assert_int_equal(proc_wait(member, &err), 128 + SIGKILL);
    assert_int_not_equal(access(a.path[0], F_OK), 0);
    assert_false(has_level(&a));
    cgroup_close(&a);
}

/* Killed after the line and before the directory, or between two directories. */
static void half_made_is_undone(void **state)
{
    struct cgroup a;

    (void)state;
    plan("A", &a);
    assert_ok(cgroup_journal_leaf(&a, &mine, &err));
    for (int i = 0; i < (a.paths + 1) / 2; i++) {
        char level[256];
        snprintf(level, sizeof(level), "%s", a.path[i]);
        *strrchr(level, '/') = '\0';
        assert_int_equal(mkdir(level, 0755), 0);
        assert_int_equal(mkdir(a.path[i], 0755), 0);
    }
    assert_int_equal(undo_all(&mine, stderr), 0);
    for (int i = 0; i < a.paths; i++)
        assert_int_not_equal(access(a.path[i], F_OK), 0);
    assert_false(has_level(&a));
}

/* What stands there is another's, whether it came before our journal was written or after. */
static void an_existing_group_is_not_adopted(void **state)
{
    struct cgroup early, late, other;

    (void)state;
    plan("A", &early);
    assert_ok(cgroup_journal_leaf(&early, &mine, &err));
    make("A", &theirs, &other);
    pid_t member = start_member(&other, new_counter());
    assert_err(cgroup_make(&early, &err), ERR_SYS);
    assert_int_equal(err.code, EEXIST);
    assert_true(err.hint[0]);
    assert_ok(cgroup_kill(&early, &err));
    assert_ok(cgroup_remove(&early, &err));
    plan("A", &late);
    assert_err(cgroup_journal_leaf(&late, &mine, &err), ERR_SYS);
    assert_int_equal(err.code, EEXIST);
    assert_int_equal(undo_all(&mine, stderr), 0);
    assert_true(is_alive(member));
    assert_ok(cgroup_remove(&other, &err));
    assert_int_equal(proc_wait(member, &err), 128 + SIGKILL);
}

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

/* Many, so that the kernel takes its time. */
static void frozen_is_still(void **state)
{
    enum { MANY = 200 };
    volatile unsigned *counter = new_counter();
    struct cgroup group;
    pid_t others[MANY];

    (void)state;
    make("A", &mine, &group);
    pid_t member = start_member(&group, counter);
    for (int i = 0; i < MANY; i++)
        others[i] = start_member(&group, new_counter());
    assert_false(cgroup_is_frozen(&group));
    assert_ok(cgroup_freeze(&group, true, &err));
    unsigned before = *counter;
    assert_true(says_frozen(&group));
    assert_true(cgroup_is_frozen(&group));
    usleep(50000);
    assert_int_equal(*counter, before);
    assert_ok(cgroup_freeze(&group, false, &err));
    assert_false(cgroup_is_frozen(&group));
    assert_true(is_alive(member));
    usleep(50000);
    assert_int_not_equal(*counter, before);
    assert_ok(cgroup_freeze(&group, true, &err));
    assert_ok(cgroup_remove(&group, &err)); /* frozen ones too */
    assert_int_equal(proc_wait(member, &err), 128 + SIGKILL);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(proc_wait(others[i], &err), 128 + SIGKILL);
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_maker_takes_nobody_along),
        TEST(an_empty_level_goes),
        TEST(half_made_is_undone),
        TEST(an_existing_group_is_not_adopted),
        TEST(frozen_is_still),
        TEST(members_are_listed_once),
        TEST(taken_up_by_its_paths),
    };

    return cmocka_run_group_tests_name("cgroup_shared", tests, NULL, NULL);
}
