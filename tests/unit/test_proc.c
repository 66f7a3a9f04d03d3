// SPDX-License-Identifier: MIT
/* Starting, waiting and signalling, with real processes. */
#include "cleanup.h"
#include "proc.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err err;

#define SPEC(...) ((struct proc_spec){.argv = (const char *const[]){__VA_ARGS__, NULL}})

static void gives_statuses(void **state)
{
    (void)state;
    assert_int_equal(proc_run(&SPEC("true"), &err), 0);
    assert_int_equal(proc_run(&SPEC("sh", "-c", "exit 42"), &err), 42);
    assert_int_equal(proc_run(&SPEC("sh", "-c", "kill -9 $$"), &err), 137);
}

static int fail_setup(void *arg, struct err *e)
{
    return err_set(e, ERR_SKIP, "setup of %s", (const char *)arg);
}

static void reports_what_failed_before_exec(void **state)
{
    struct proc_spec spec = SPEC("true");

    (void)state;
    assert_err(proc_run(&SPEC("no-such-program-here"), &err), ERR_NOT_FOUND);
    assert_err(proc_run(&SPEC("/etc/passwd"), &err), ERR_NOT_EXECUTABLE);
    spec.setup = fail_setup;
    spec.arg = "this";
    assert_err(proc_run(&spec, &err), ERR_SKIP);
    assert_string_equal(err.what, "setup of this");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no zombie is left */
    assert_int_equal(errno, ECHILD);
}

/* "No such file or directory" is said of a script that is there, too. */
static void tells_why_a_program_does_not_run(void **state)
{
    char script[] = "/tmp/test-proc-XXXXXX";
    int fd = mkstemp(script);

    (void)state;
    assert_int_equal(dprintf(fd, "#!/bin/sh\r\n"), 11);
    fchmod(fd, 0755);
    close(fd);
    assert_err(proc_run(&SPEC(script), &err), ERR_NOT_EXECUTABLE);
    assert_non_null(strstr(err.hint, "not the interpreter"));
    chmod(script, 0644);
    assert_err(proc_run(&SPEC(script), &err), ERR_NOT_EXECUTABLE);
    assert_non_null(strstr(err.hint, "x bit"));
    unlink(script);
    assert_err(proc_run(&SPEC(script), &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.hint, "no such program"));
}

static void captures_output(void **state)
{
    int status;
    cleanup_free char *text =
        proc_capture(&SPEC("sh", "-c", "printf 'a b\\n'; echo no >&2; exit 3"), &status, &err);

    (void)state;
    assert_string_equal(text, "a b");
    assert_int_equal(status, 3);
}

static void knows_processes(void **state)
{
    struct rlimit files;
    pid_t pid;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    assert_ok(proc_start(&SPEC("sleep", "60"), &pid, &err));
    unsigned long long start = proc_start_time(pid);
    assert_true(start > 0 && start == proc_start_time(pid));
    assert_non_null(strchr("SRD", proc_state(pid)));
    assert_true(proc_lives(pid, start) && !proc_lives(pid, start + 1));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, files.rlim_max}), 0);
    assert_true(proc_lives(pid, start)); /* nobody can look */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(proc_signal(pid, SIGTERM), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    assert_false(proc_lives(pid, start)); /* a zombie has its start time still */
    assert_int_equal(proc_wait(pid, &err), 143);
    assert_int_equal(proc_start_time(pid), 0);
    assert_int_equal(proc_state(pid), 0);
    assert_int_equal(proc_signal(pid, SIGTERM), -1);
    assert_err(proc_wait(pid, &err), ERR_SYS);
}

static void follows_one_process(void **state)
{
    pid_t pid;

    (void)state;
    assert_ok(proc_start(&SPEC("sleep", "60"), &pid, &err));
    unsigned long long start = proc_start_time(pid);
    assert_int_equal(proc_pidfd_of(pid, start + 1), -1);
    int pidfd = proc_pidfd_of(pid, start);
    assert_true(pidfd >= 0);
    assert_false(proc_pidfd_ended(pidfd, 0));
    assert_int_equal(proc_pidfd_signal(pidfd, SIGKILL), 0);
    assert_true(proc_pidfd_ended(pidfd, -1));
    assert_int_equal(proc_wait(pid, &err), 128 + SIGKILL);
    assert_int_equal(proc_pidfd_of(pid, start), -1);
    assert_true(proc_pidfd_ended(-1, -1)); /* and does not wait */
    close_fd(&pidfd);
    assert_int_equal(pidfd, -1);
}

/* A middle process is killed; its own proc_fork child must go with it. */
static void children_die_with_their_parent(void **state)
{
    int ends[2];
    pid_t grandchild = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t middle = proc_fork(&err);
    if (middle == 0) {
        pid_t child = proc_fork(&err);
        if (child == 0) {
            pause();
            _exit(0);
        }
        if (write(ends[1], &child, sizeof(child)) < 0)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    assert_true(proc_state(grandchild) != 0);
    proc_end(middle);
    /* asked once a turn: between two questions its new parent may have waited for it */
    char now = proc_state(grandchild);
    for (int i = 0; i < 500 && now && now != 'Z'; i++) {
        usleep(10000);
        now = proc_state(grandchild);
    }
    assert_true(now == 0 || now == 'Z');
    close(ends[0]);
    close(ends[1]);
}

static void looks_in_path(void **state)
{
    (void)state;
    assert_true(proc_in_path("sh"));
    assert_false(proc_in_path("no-such-program-here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_statuses),
        cmocka_unit_test(reports_what_failed_before_exec),
        cmocka_unit_test(tells_why_a_program_does_not_run),
        cmocka_unit_test(captures_output),
        cmocka_unit_test(knows_processes),
        cmocka_unit_test(follows_one_process),
        cmocka_unit_test(children_die_with_their_parent),
        cmocka_unit_test(looks_in_path),
    };

    return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
