// SPDX-License-Identifier: MIT
/*
 * The program's own file (self.h), attacked as CVE-2019-5736 did: whoever can name /proc/PID/exe
 * keeps a descriptor of it, waits until the process is gone (a file that is executed is refused
 * with ETXTBSY), and opens that descriptor for writing. The target is this test itself, a copy of
 * it, executed with a word that says what it is to do.
 */
#include "cleanup.h"
#include "mount.h"
#include "proc.h"
#include "runtime/self.h"
#include "runtime/self_execute.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-self-XXXXXX", copy[64];

/* The target's side: say "." when the work is done, and wait for the end of standard input. */
static int target(char *const argv[])
{
    char name[16], byte = '.';
    bool protect = strcmp(argv[1], "bare") != 0;

    if (strcmp(argv[1], "user") == 0 && geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
        return 1;
    if (protect && self_protect(argv, &err) < 0) {
        err_print(stderr, "target", &err);
        return 1;
    }
    prctl(PR_GET_NAME, name);
    if (strcmp(name, "copy") != 0 || strcmp(argv[2], "an argument") != 0 ||
        strcmp(getenv("A_VARIABLE"), "value") != 0 || prctl(PR_GET_DUMPABLE) != !protect)
        return 1;
    if (fcntl(7, F_GETFD) != 0) /* a descriptor that the caller passes on */
        return 1;
    return write(STDOUT_FILENO, &byte, 1) == 1 && read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

/* Start it. Its standard input ends when *ret_in is closed. */
static pid_t start(const char *how, int *ret_in)
{
    int in[2], out[2];
    char byte = 0;

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        setenv("A_VARIABLE", "value", 1);
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(2, 7);
        execl(copy, copy, how, "an argument", NULL);
        _exit(9);
    }
    close(in[0]);
    close(out[1]);
    assert_int_equal(read(out[0], &byte, 1), 1);
    close(out[0]);
    *ret_in = in[1];
    return pid;
}

/* Returns 0 when the file could be written, else the errno of the step that failed. */
static int attack(const char *how)
{
    char path[64];
    int in;
    pid_t pid = start(how, &in);

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    cleanup_close int exe = open(path, O_RDONLY | O_CLOEXEC);
    int code = errno;
    close(in);
    assert_int_equal(proc_wait(pid, &err), 0);
    if (exe < 0)
        return code;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", exe);
    cleanup_close int victim = open(path, O_RDWR | O_CLOEXEC);
    if (victim < 0)
        return errno;
    return pwrite(victim, "#!", 2, 0) == 2 ? 0 : errno;
}

static void copy_ourselves(void)
{
    static char bytes[1 << 16];
    cleanup_close int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    cleanup_close int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

    fchmod(to, 0755);
    for (ssize_t got; (got = read(from, bytes, sizeof(bytes))) > 0;)
        assert_int_equal(write(to, bytes, (size_t)got), got);
}

/* The control: the attack works on a program that does not protect itself. */
static void without_it_the_file_is_written(void **state)
{
    (void)state;
    copy_ourselves();
    assert_int_equal(attack("bare"), 0);
}

static void root_runs_from_a_read_only_mount(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    copy_ourselves();
    assert_int_equal(attack("protect"), EROFS);
}

static void a_user_runs_from_a_sealed_copy(void **state)
{
    (void)state;
    copy_ourselves();
    /* root sees the file of a process that is not dumpable, and its own user does not */
    assert_int_equal(attack("user"), geteuid() == 0 ? EPERM : EACCES);
}

/* A second call in a process that is protected executes nothing: it comes back to the caller. */
static int call_twice(char *const argv[])
{
    static char marker; /* an exec would empty it */
    enum self_step step;

    if (self_protect(argv, &err) < 0)
        return 1;
    marker = 1;
    return self_execute(argv, environ, &step) == 0 && self_protect(argv, &err) == 0 && marker ? 0
                                                                                              : 2;
}

static void it_is_done_once(void **state)
{
    (void)state;
    copy_ourselves();
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        execl(copy, copy, "twice", NULL);
        _exit(9);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
}

static void without_proc_it_says_so(void **state)
{
    char *argv[] = {copy, NULL};

    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        if (chroot(dir) < 0)
            _exit(2);
        _exit(self_protect(argv, &err) < 0 && strstr(err.hint, "/proc is not mounted") ? 0 : 1);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
}

/* There every file answers to F_GET_SEALS, as one in memory does. */
static void a_program_in_a_tmpfs_is_not_copied(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(unshare(CLONE_NEWNS), 0);
    assert_ok(mount_make_private(&err));
    assert_int_equal(mount("tmpfs", dir, "tmpfs", 0, "mode=755"), 0);
    copy_ourselves();
    int result = attack("protect");
    umount2(dir, MNT_DETACH);
    assert_int_equal(result, EROFS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_it_the_file_is_written),
        cmocka_unit_test(root_runs_from_a_read_only_mount),
        cmocka_unit_test(a_user_runs_from_a_sealed_copy),
        cmocka_unit_test(it_is_done_once),
        cmocka_unit_test(without_proc_it_says_so),
        cmocka_unit_test(a_program_in_a_tmpfs_is_not_copied),
    };

    if (argc > 1)
        return strcmp(argv[1], "twice") == 0 ? call_twice(argv) : target(argv);
    if (!mkdtemp(dir) || chmod(dir, 0755) < 0)
        return 1;
    snprintf(copy, sizeof(copy), "%s/copy", dir);
    int failed = cmocka_run_group_tests_name("self", tests, NULL, NULL);
    unlink(copy);
    rmdir(dir);
    return failed;
}
