// SPDX-License-Identifier: MIT
/* status: the lock by which a monitor is known to live, without a look at its number. */
#include "engine/store/status.h"

#include "records.h"

#include "proc.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Another process, which saves the status and holds it until it is killed. */
static pid_t start_holder(const char *id, unsigned long long start_time)
{
    int ready[2], fd = -1;
    struct err err;
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t pid = proc_fork(&err); /* which ends with us */
    if (pid == 0) {
        struct status status = {.monitor = getpid(), .monitor_start_time = start_time};
        if (status_save(&store, id, &status, false, &err) == 0)
            status_hold(&store, id, &fd);
        close(ready[1]);
        pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 0);
    close(ready[0]);
    return pid;
}

static void end(pid_t pid)
{
    siginfo_t info;

    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0); /* a zombie is dead */
}

static void test_held(void **state)
{
    const char *id = make("ab", "").id;
    struct status status;
    struct err err;

    (void)state;
    create("ab", "box");
    pid_t pid = start_holder(id, 1); /* a start time that is wrong: only the lock speaks for it */
    assert_ok(status_read(&store, id, &status, &err));
    assert_int_equal(status.holder, pid);
    assert_true(status_is_watched(&status));
    end(pid);
    assert_ok(status_read(&store, id, &status, &err));
    assert_int_equal(status.holder, 0);
    assert_false(status_is_watched(&status));
    waitpid(pid, NULL, 0);
}

/* A lock of somebody else says nothing, and neither does none. */
static void test_not_held(void **state)
{
    const char *id = make("ab", "").id;
    struct status status = {.monitor = getpid()}, read;
    struct err err;

    (void)state;
    create("ab", "box");
    pid_t pid = start_holder(id, 1);
    assert_ok(status_read(&store, id, &read, &err));
    read.monitor = getpid();
    assert_false(status_is_watched(&read));
    end(pid);
    waitpid(pid, NULL, 0);
    status.monitor_start_time = proc_start_time(getpid());
    assert_ok(status_save(&store, id, &status, false, &err));
    assert_ok(status_read(&store, id, &read, &err));
    assert_int_equal(read.holder, 0);
    assert_true(status_is_watched(&read));
    read.monitor_start_time++;
    assert_false(status_is_watched(&read));
}

/* What a lost power may leave of the file: nothing was ever saved, as far as anybody knows. */
static void test_empty(void **state)
{
    const char *id = make("ab", "").id;
    struct status status = {.monitor = 1};
    struct err err;

    (void)state;
    create("ab", "box");
    assert_ok(status_save(&store, id, &status, false, &err));
    assert_int_equal(truncate(path_of(id, "status.json"), 0), 0);
    assert_ok(status_read(&store, id, &status, &err));
    assert_int_equal(status.monitor, 0);
    assert_int_equal(unlink(path_of(id, "status.json")), 0);
    assert_ok(status_read(&store, id, &status, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_held), TEST(test_not_held), TEST(test_empty)};

    return RUN("status", tests);
}
