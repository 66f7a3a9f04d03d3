// SPDX-License-Identifier: MIT
/*
 * Groups of a runtime below levels that others use too, made and undone by two journals. Each runs
 * on whichever version this host has, and is skipped where it has none.
 */
#include "unit.h"

#include "cgroup_shared.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

/* And away with it. */
static void remove_level(const struct cgroup *group)
{
    for (int i = 0; i < group->paths; i++) {
        char level[256];
        snprintf(level, sizeof(level), "%s", group->path[i]);
        *strrchr(level, '/') = '\0';
        assert_int_equal(rmdir(level), 0);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_killed_maker_takes_nobody_along),
        TEST(an_empty_level_goes),
        TEST(half_made_is_undone),
        TEST(an_existing_group_is_not_adopted),
    };

    return cmocka_run_group_tests_name("cgroup_shared", tests, NULL, NULL);
}
