// SPDX-License-Identifier: MIT
/* record: containers in a store of the test's own: written, found, renamed, and what crashes leave.
 */
#include "engine/store/record.h"

#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_round_trip(void **state)
{
    struct record record, read;
    struct err err;

    (void)state;
    create("ab", "box");
    record = make("ab", "box");
    assert_ok(record_lookup(&store, "box", &read, &err));
    assert_string_equal(read.id, record.id);
    assert_string_equal(read.name, "box");
    assert_string_equal(read.path, "/bin/sh");
    assert_string_equal(read.args[1], "echo \xef\xbf\xbd");
    assert_null(read.args[2]);
    assert_non_null(read.config.entrypoint);
    assert_null(read.config.entrypoint[0]);
    assert_null(read.config.cmd);
    assert_true(read.config.tty && read.config.stop_timeout_given);
    assert_true(read.host.memory_swap_bytes == -1);
    record_free(&read);
}

static void test_find(void **state)
{
    char id[STORE_ID + 1];
    struct err err;

    (void)state;
    create("ab", "one");
    create("ac", "two");
    create("bc", "abb"); /* a name goes before the beginning of an ID */
    assert_ok(record_find(&store, "/one", id, &err));
    assert_memory_equal(id, "abb", 3);
    assert_ok(record_find(&store, "abb", id, &err));
    assert_memory_equal(id, "bcc", 3);
    assert_ok(record_find(&store, "abbb", id, &err));
    assert_memory_equal(id, "abb", 3);
    assert_ok(record_find(&store, make("ac", "").id, id, &err));
    assert_err(record_find(&store, "a", id, &err), ERR_REFUSED);
    assert_string_equal(err.what, "Multiple IDs found with provided prefix: a");
    const char *const wrong[] = {"", "/", "none", "d", "..", "../names/one", "ONE"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_err(record_find(&store, wrong[i], id, &err), ERR_REFUSED);
        assert_int_equal(err.code, ENOENT);
    }
}

static void test_conflict(void **state)
{
    struct record record = make("cd", "box");
    struct err err;

    (void)state;
    create("ab", "box");
    assert_err(record_create(&store, &record, true, &err), ERR_REFUSED);
    assert_int_equal(err.code, EEXIST);
    assert_non_null(strstr(err.what, "Conflict. The container name \"/box\" is already in use by "
                                     "container \"abbbb"));
    assert_int_equal(access(path_of(record.id, NULL), F_OK), -1);
    assert_int_equal(access(path_of(".new-cddd", NULL), F_OK), -1);
}

static void test_rename(void **state)
{
    struct record record = make("ab", "new");
    char id[STORE_ID + 1];
    struct err err;

    (void)state;
    create("ab", "old");
    create("cd", "taken");
    assert_ok(record_replace(&store, &record, &err));
    assert_ok(record_find(&store, "new", id, &err));
    assert_err(record_find(&store, "old", id, &err), ERR_REFUSED);
    record.name = "taken";
    assert_err(record_replace(&store, &record, &err), ERR_REFUSED);
    assert_ok(record_find(&store, "new", id, &err));
    create("ef", "old"); /* and the old one is free */
}

/* A name whose container is gone, or has another name, is nobody's. */
static void test_stale_names(void **state)
{
    char id[STORE_ID + 1], link[PATH_MAX];
    struct err err;

    (void)state;
    create("ab", "gone");
    assert_int_equal(unlink(path_of(make("ab", "").id, "container.json")), 0);
    assert_int_equal(rmdir(path_of(make("ab", "").id, NULL)), 0);
    assert_err(record_find(&store, "gone", id, &err), ERR_REFUSED);
    create("cd", "gone");

    snprintf(link, sizeof(link), "%s/names/half", store.root);
    assert_int_equal(symlink(make("cd", "").id, link), 0);
    assert_err(record_find(&store, "half", id, &err), ERR_REFUSED);
    create("ef", "half");
    assert_ok(record_find(&store, "half", id, &err));
    assert_memory_equal(id, "eff", 3);
}

/* One that cannot be read is there all the same. */
static void test_damaged(void **state)
{
    struct record record;
    char id[STORE_ID + 1];
    struct err err;

    (void)state;
    create("ab", "box");
    int fd = open(path_of(make("ab", "").id, "container.json"), O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "{", 1), 1);
    close(fd);
    assert_ok(record_find(&store, "box", id, &err));
    assert_err(record_load(&store, id, &record, &err), ERR_SYS);
    struct record other = make("cd", "box");
    assert_err(record_create(&store, &other, false, &err), ERR_REFUSED);
}

static int note(const char *id, void *arg, struct err *err)
{
    (void)err;
    strncat(arg, id, 2);
    return 0;
}

static void test_each(void **state)
{
    struct record late = make("cd", "late"), early = make("ef", "early");
    char seen[20] = "", fresh[PATH_MAX];
    struct err err;

    (void)state;
    late.created = "2026-11-22T03:00:00.123456790Z";
    early.created = "2026-11-22T02:59:59.9Z";
    assert_ok(record_create(&store, &early, false, &err));
    assert_ok(record_create(&store, &late, false, &err));
    create("ab", "middle");
    snprintf(fresh, sizeof(fresh), "%s", path_of(".new-1", NULL));
    assert_int_equal(mkdir(fresh, 0700), 0);
    assert_ok(record_each(&store, note, seen, &err));
    assert_string_equal(seen, "cdabef");
    assert_int_equal(access(fresh, F_OK), -1);
    late.host.memory_bytes = 1; /* a change does not make it younger or older */
    assert_ok(record_replace(&store, &late, &err));
    seen[0] = '\0';
    assert_ok(record_each(&store, note, seen, &err));
    assert_string_equal(seen, "cdabef");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_find),
        TEST(test_conflict),
        TEST(test_rename),
        TEST(test_stale_names),
        TEST(test_damaged),
        TEST(test_each),
    };

    return RUN("record", tests);
}
