// SPDX-License-Identifier: MIT
/* Why a program could not be run: each cause is made, met by a real execve, and told. */
#include "exec.h"
#include "fsio.h"
#include "proc.h"
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err err;
static char dir[] = "/tmp/test-exec-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    const char *const argv[] = {"rm", "-rf", dir, NULL};

    (void)state;
    return proc_run(&(struct proc_spec){.argv = argv}, &err);
}

/* Tries to run DIR/f with this text in it, and checks what is said of the failure. */
static void expect(const char *text, mode_t mode, enum err_kind kind, const char *said)
{
    char path[64];
    char *const argv[] = {path, NULL}, *const env[] = {NULL};

    snprintf(path, sizeof(path), "%s/f", dir);
    unlink(path);
    assert_ok(fsio_create(&err, dir, "f", text));
    assert_int_equal(chmod(path, mode), 0);
    assert_err(exec_program(argv, env, NULL, &err), kind);
    if (!strstr(err.hint, said))
        fail_msg("'%s' should say '%s'", err.hint, said);
}

static void scripts(void **state)
{
    char line[400] = "#!/";

    (void)state;
    expect("#!/bin/bash\r\n", 0755, ERR_NOT_EXECUTABLE, "Windows line ends");
    expect("#!/no/such -x\n", 0755, ERR_NOT_EXECUTABLE, "its interpreter /no/such is not");
    expect("#! \n", 0755, ERR_NOT_EXECUTABLE, "names no interpreter");
    expect("#!/etc/passwd\n", 0755, ERR_NOT_EXECUTABLE, "may not be executed");
    expect("echo hi\n", 0755, ERR_NOT_EXECUTABLE, "no #! line");
    expect("\xef\xbb\xbf#!/bin/sh\n", 0755, ERR_NOT_EXECUTABLE, "byte order mark");
    expect("", 0755, ERR_NOT_EXECUTABLE, "empty");
    memset(line + 3, 'x', sizeof(line) - 4);
    expect(line, 0755, ERR_NOT_EXECUTABLE, "longer than 256");
}

static void modes_and_places(void **state)
{
    char *const directory[] = {dir, NULL}, *const absent[] = {"/no/such", NULL};
    char *const below[] = {"/etc/passwd/x", NULL}, *const env[] = {NULL};

    (void)state;
    expect("#!/bin/sh\n", 0644, ERR_NOT_EXECUTABLE, "x bit");
    assert_err(exec_program(directory, env, NULL, &err), ERR_NOT_EXECUTABLE);
    assert_non_null(strstr(err.hint, "a directory"));
    assert_err(exec_program(absent, env, NULL, &err), ERR_NOT_FOUND);
    assert_err(exec_program(below, env, NULL, &err), ERR_NOT_FOUND);
}

/* A file that is not there sends the search on, and so does one that may not be executed. */
static void search(void **state)
{
    char *const here[] = {"f", NULL}, *const absent[] = {"no-such", NULL},
                *const none[] = {"", NULL};
    char *const env[] = {NULL};
    char list[128];

    (void)state;
    snprintf(list, sizeof(list), "/no/such/dir:%s", dir);
    expect("#!/bin/sh\n", 0644, ERR_NOT_EXECUTABLE, "x bit");
    assert_err(exec_program(here, env, list, &err), ERR_NOT_EXECUTABLE);
    assert_non_null(strstr(err.what, dir));
    assert_err(exec_program(absent, env, list, &err), ERR_NOT_FOUND);
    assert_err(exec_program(none, env, list, &err), ERR_NOT_FOUND);
}

/* This program's own ELF file with another machine, or another loader, written into it. */
static void elf(void **state)
{
    char path[64];
    const char *const copy[] = {"cp", "/proc/self/exe", path, NULL};
    char *const argv[] = {path, NULL}, *const env[] = {NULL};

    (void)state;
    snprintf(path, sizeof(path), "%s/elf", dir);
    assert_int_equal(proc_run(&(struct proc_spec){.argv = copy}, &err), 0);
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    fseek(file, 18, SEEK_SET); /* e_machine */
    fputc(243, file);          /* RISC-V, which this test does not run on */
    fclose(file);
    assert_err(exec_program(argv, env, NULL, &err), ERR_NOT_EXECUTABLE);
    assert_non_null(strstr(err.hint, "built for RISC-V"));
}

/* Real-time signals, too, and among them the two that glibc's own functions do not touch. */
static void every_signal_is_normal(void **state)
{
    const struct {
        void (*handler)(int);
        unsigned long rest[7];
    } ignore = {.handler = SIG_IGN}; /* as the kernel has it */
    sigset_t all, blocked;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        for (int signal = 1; signal < NSIG; signal++)
            syscall(SYS_rt_sigaction, signal, &ignore, NULL, (NSIG - 1) / 8);
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        char *before = fsio_read("/proc/self", "status", &err);
        exec_reset_signals();
        char *after = fsio_read("/proc/self", "status", &err);
        sigprocmask(SIG_SETMASK, NULL, &blocked);
        _exit(before && strstr(before, "SigIgn:\tfffffffffffbfeff") && after &&
                      strstr(after, "SigIgn:\t0000000000000000") && sigisemptyset(&blocked)
                  ? 0
                  : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts),
        cmocka_unit_test(modes_and_places),
        cmocka_unit_test(search),
        cmocka_unit_test(elf),
        cmocka_unit_test(every_signal_is_normal),
    };

    return cmocka_run_group_tests_name("exec", tests, set_up, tear_down);
}
