// SPDX-License-Identifier: MIT
/* Two processes that take turns: signals, failures with their whole text, and a peer that dies. */
#include "proc.h"
#include "sync.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct err err;

/* Forks a child that runs `child` with its side of the pipes; the parent's side is in *sync. */
static pid_t start(struct sync *sync, void (*child)(struct sync *sync))
{
    assert_ok(sync_open(sync, &err));
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        sync_child(sync);
        child(sync);
        _exit(0);
    }
    sync_parent(sync);
    return pid;
}

static void answer(struct sync *sync)
{
    struct err ignored;

    if (sync_wait(sync, &ignored) == 0)
        sync_signal(sync, &ignored);
    sync_wait(sync, &ignored); /* until the parent's end closes */
}

static void turns(void **state)
{
    struct sync sync;
    pid_t pid = start(&sync, answer);

    (void)state;
    assert_ok(sync_signal(&sync, &err));
    assert_ok(sync_wait(&sync, &err));
    sync_close(&sync);
    assert_int_equal(proc_wait(pid, &err), 0); /* the child saw the end */
    sync_close(&sync);
}

static void go_then_fail(struct sync *sync)
{
    struct err failure;

    err_set(&failure, ERR_NOT_FOUND, "no such %s", "thing");
    err_hint(&failure, "lost -> look");
    sync_signal(sync, &failure);
    sync_fail(sync, &failure);
}

/* Both messages may lie in the pipe before the first is read. */
static void failures_cross_whole(void **state)
{
    struct sync sync;
    pid_t pid = start(&sync, go_then_fail);

    (void)state;
    assert_int_equal(proc_wait(pid, &err), 0);
    assert_ok(sync_wait(&sync, &err));
    assert_err(sync_wait(&sync, &err), ERR_NOT_FOUND);
    assert_string_equal(err.what, "no such thing");
    assert_string_equal(err.hint, "lost -> look");
    assert_err(sync_wait(&sync, &err), ERR_SYS);
    sync_close(&sync);
}

static void end(struct sync *sync)
{
    (void)sync;
}

static void a_dead_peer(void **state)
{
    struct sync sync;
    pid_t pid = start(&sync, end);

    (void)state;
    assert_int_equal(proc_wait(pid, &err), 0);
    assert_err(sync_wait(&sync, &err), ERR_SYS);
    assert_ok(sync_wait_exec(&sync, &err));
    assert_ok(sync_signal(&sync, &err)); /* no SIGPIPE */
    sync_close(&sync);
}

static void exec_true(struct sync *sync)
{
    (void)sync;
    execlp("sleep", "sleep", "60", NULL);
}

/* The pipes are close-on-exec: the wait ends though the process lives. */
static void an_exec(void **state)
{
    struct sync sync;
    pid_t pid = start(&sync, exec_true);

    (void)state;
    assert_ok(sync_wait_exec(&sync, &err));
    assert_int_not_equal(proc_state(pid), 'Z');
    proc_end(pid);
    sync_close(&sync);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns),
        cmocka_unit_test(failures_cross_whole),
        cmocka_unit_test(a_dead_peer),
        cmocka_unit_test(an_exec),
    };

    alarm(20); /* what is wrong here mostly shows as a wait without end */
    return cmocka_run_group_tests_name("sync", tests, NULL, NULL);
}
