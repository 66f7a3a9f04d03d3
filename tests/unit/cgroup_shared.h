/* SPDX-License-Identifier: MIT */
/*
 * For unit tests of a runtime's groups: two containers, each with a journal, that make groups below
 * a level which both use, and processes in them. After unit.h.
 */
#ifndef TESTS_CGROUP_SHARED_H
#define TESTS_CGROUP_SHARED_H

#include "cgroup.h"
#include "proc.h"
#include "undo.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct err err;
static struct undo mine, theirs; /* the journals of two containers */

static inline int set_up(void **state)
{
    (void)state;
    return undo_open(&mine, &err) < 0 || undo_open(&theirs, &err) < 0 ? -1 : 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    return undo_all(&mine, stderr) + undo_all(&theirs, stderr) > 0 ? -1 : 0;
}

/* "/labs-1234/A"; skips the test where no group can be made. */
static inline void plan(const char *leaf, struct cgroup *group)
{
    char name[64];

    snprintf(name, sizeof(name), "/%s/%s", mine.id, leaf);
    assert_ok(cgroup_plan(name, NULL, group, &err));
    if (group->absent)
        skip();
}

static inline void make(const char *leaf, struct undo *undo, struct cgroup *group)
{
    plan(leaf, group);
    assert_ok(cgroup_journal_leaf(group, undo, &err));
    assert_ok(cgroup_make(group, &err));
}

/* A process in the group that counts as fast as it can. */
static inline pid_t start_member(const struct cgroup *group, volatile unsigned *counter)
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

static inline volatile unsigned *new_counter(void)
{
    return mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The level that they share, in each hierarchy: is it there? */
static inline bool has_level(const struct cgroup *group)
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

static inline bool is_alive(pid_t pid)
{
    usleep(20000);
    return proc_state(pid) && proc_state(pid) != 'Z';
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
