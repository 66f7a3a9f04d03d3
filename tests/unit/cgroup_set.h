/* SPDX-License-Identifier: MIT */
/*
 * For unit tests of cgroup_set: groups that a test makes with some limits, and the kernel's files
 * read back. After unit.h.
 */
#ifndef TESTS_CGROUP_SET_H
#define TESTS_CGROUP_SET_H

#include "cgroup.h"
#include "cleanup.h"
#include "fsio.h"

#include <string.h>

enum { MIB = 1 << 20, PAGE_2M = 2 * MIB };

static struct err err;
static struct undo undo;
static struct cgroup_device_limit disk; /* some block device of this machine, 2 MiB/s */
static const struct cgroup_device_limits DISK = {&disk, 1};

static const struct cgroup_named_limit PAGES[] = {{"2MB", PAGE_2M}};

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    (void)state;
    return undo_all(&undo, stderr) > 0 ? -1 : 0;
}

/* One level below the root: a level between would hand no real-time budget down. */
static inline void make(struct cgroup *group, const struct cgroup_limits *limits)
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
static inline void check(const char *dir, const char *file, const char *expected)
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

#endif
