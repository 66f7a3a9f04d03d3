// SPDX-License-Identifier: MIT
/* record: containers in a store of the test's own: written, found, renamed, and what crashes leave.
 */
#include "engine/record.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void test_lock(void **state)
{
    struct err err;
    int fd;

    (void)state;
    create("ab", "box");
    assert_ok(record_lock(&store, make("ab", "").id, &fd, &err));
    close(fd);
    assert_err(record_lock(&store, make("cd", "").id, &fd, &err), ERR_REFUSED);
}

static bool waits_for_lock(pid_t pid)
{
    char name[64];

    snprintf(name, sizeof(name), "/proc/%d/syscall", pid);
    FILE *file = fopen(name, "r");
    long number = -1;
    bool waits = file && fscanf(file, "%ld", &number) == 1 && number == SYS_flock;
    if (file)
        fclose(file);
    return waits;
}

/* Who waited for a lock while the container was removed must not believe that it has it. */
static void test_lock_of_removed(void **state)
{
    struct err err;
    char old[PATH_MAX];
    int fd, status;

    (void)state;
    create("ab", "box");
    assert_ok(record_lock(&store, make("ab", "").id, &fd, &err));
    pid_t pid = fork();
    if (pid == 0) {
        close(fd); /* it is the parent's */
        _exit(record_lock(&store, make("ab", "").id, &fd, &err) < 0 && err.kind == ERR_REFUSED);
    }
    for (int i = 0; i < 2000 && !waits_for_lock(pid); i++)
        usleep(5000);
    snprintf(old, sizeof(old), "%s", path_of(make("ab", "").id, NULL));
    assert_int_equal(rename(old, path_of(".removing", NULL)), 0);
    create("ab", "another"); /* of the same ID, and not the same */
    close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 1 << 8);
}

static void test_store(void **state)
{
    char first[STORE_ID + 1], second[STORE_ID + 1], now[STORE_TIME], path[PATH_MAX];
    struct err err;
    struct stat st;

    (void)state;
    assert_ok(store_new_id(first, &err));
    assert_ok(store_new_id(second, &err));
    assert_int_equal(strlen(first), STORE_ID);
    assert_string_not_equal(first, second);
    store_now(now);
    assert_int_equal(strlen(now), strlen("2026-11-22T03:00:00.123456789Z"));
    assert_ok(store_dir(&store, "a/b", path, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(chmod(store.run, 0777), 0);
    assert_err(store_open(store.root, &store, &err), ERR_SYS);
}

static int remove_all(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup(function, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_find),
        TEST(test_conflict),
        TEST(test_rename),
        TEST(test_stale_names),
        TEST(test_damaged),
        TEST(test_each),
        TEST(test_lock),
        TEST(test_lock_of_removed),
        TEST(test_store),
    };

    if (!mkdtemp(dir))
        return 1;
    return cmocka_run_group_tests_name("record", tests, NULL, remove_all);
}
