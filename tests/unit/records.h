/* SPDX-License-Identifier: MIT */
/* records: a store of the test's own, and containers in it; for the tests of store and record. */
#ifndef TESTS_UNIT_RECORDS_H
#define TESTS_UNIT_RECORDS_H

#include "engine/store/record.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

static char dir[] = "/tmp/test_record.XXXXXX";
static struct store store;

static const char *const ARGS[] = {"-c", "echo \xff", NULL}, *const NONE[] = {NULL};

static struct record make(const char *digit, const char *name)
{
    static char ids[8][STORE_ID + 1];
    static int used;
    char *id = ids[used++ % 8];

    memset(id, digit[1], STORE_ID);
    id[0] = digit[0];
    return (struct record){
        .id = id,
        .name = name,
        .created = "2026-11-22T03:00:00.123456789Z",
        .path = "/bin/sh",
        .args = ARGS,
        .config = {.entrypoint = NONE, .tty = true, .stop_timeout_given = true},
        .host = {.memory_swap_bytes = -1, .restart_policy = "no"},
    };
}

static void create(const char *digit, const char *name)
{
    struct record record = make(digit, name);
    struct err err;

    assert_ok(record_create(&store, &record, false, &err));
}

static char *path_of(const char *id, const char *file)
{
    static char path[PATH_MAX];

    record_path(&store, id, file, path);
    return path;
}

static int set_up(void **state)
{
    struct err err;
    char root[100];
    static int used;

    (void)state;
    snprintf(root, sizeof(root), "%s/%d", dir, used++);
    assert_ok(store_open(root, &store, &err));
    return 0;
}

static int remove_all(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

/* The tests of one program, each with an empty store. */
#define TEST(function) cmocka_unit_test_setup(function, set_up)
#define RUN(name, tests)                                                                           \
    (mkdtemp(dir) ? cmocka_run_group_tests_name(name, tests, NULL, remove_all) : 1)

#endif
