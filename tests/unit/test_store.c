// SPDX-License-Identifier: MIT
/* store: its directories, IDs and times; and the lock of a container. */
#include "engine/store/record.h"

#include "records.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lock),
        TEST(test_lock_of_removed),
        TEST(test_store),
    };

    return RUN("store", tests);
}
