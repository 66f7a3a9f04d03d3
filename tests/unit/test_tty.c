// SPDX-License-Identifier: MIT
/* A pty of the host's: its size, raw and back, a session that takes it, and a descriptor sent. */
#include "proc.h"
#include "tty.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err err;
static int master, slave;

static int make_pty(void **state)
{
    /* the one in there is root's alone where devpts was mounted without ptmxmode */
    bool there = access("/dev/pts/ptmx", R_OK | W_OK) == 0;
    int ptmx = open(there ? "/dev/pts/ptmx" : "/dev/ptmx", O_PATH | O_CLOEXEC);

    (void)state;
    assert_ok(tty_open_pty(ptmx, &master, &slave, &err));
    close(ptmx);
    return 0;
}

static int close_pty(void **state)
{
    (void)state;
    close(master);
    close(slave);
    return 0;
}

static void raw_and_back(void **state)
{
    struct termios before = {0}, raw = {0}, after = {0}; /* padding too, for it is compared */
    struct tty tty;

    (void)state;
    assert_int_equal(tcgetattr(slave, &before), 0);
    assert_true(before.c_lflag & ECHO);
    assert_ok(tty_raw(&tty, slave, &err));
    tcgetattr(slave, &raw);
    assert_false(raw.c_lflag & (ECHO | ICANON | ISIG));
    tty_restore(&tty);
    tty_restore(&tty);
    tcgetattr(slave, &after);
    assert_memory_equal(&before, &after, sizeof(before));
    tty_raw_again(&tty);
    tcgetattr(slave, &after);
    assert_memory_equal(&raw, &after, sizeof(raw));
}

static void what_is_no_terminal_is_refused(void **state)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct tty tty, zero = {0};

    (void)state;
    assert_err(tty_raw(&tty, null, &err), ERR_SYS);
    tty_restore(&zero);
    close(null);
}

static void size_is_copied(void **state)
{
    struct winsize size = {.ws_row = 33, .ws_col = 99}, seen;
    int other_master = master, other_slave = slave;

    make_pty(state);
    ioctl(other_master, TIOCSWINSZ, &size);
    tty_copy_size(other_slave, master);
    assert_int_equal(ioctl(slave, TIOCGWINSZ, &seen), 0);
    assert_int_equal(seen.ws_row, 33);
    assert_int_equal(seen.ws_col, 99);
    close_pty(state);
    master = other_master;
    slave = other_slave;
}

static void a_session_takes_it(void **state)
{
    char text[64] = "";

    (void)state;
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        setsid();
        if (tty_take(slave, &err) < 0 || tcgetsid(0) != getpid() || !isatty(2))
            _exit(1);
        dprintf(1, "hello");
        _exit(0);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
    assert_int_equal(read(master, text, sizeof(text)), 5);
    assert_string_equal(text, "hello");
}

/* In a session with the pty as its terminal: a child's group takes it, and we take it back. */
static _Noreturn void lend_the_terminal(void)
{
    setsid();
    if (tty_take(slave, &err) < 0)
        _exit(1);
    tty_foreground();
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        tty_foreground();
        _exit(tcgetpgrp(0) != getpid());
    }
    int status = proc_wait(child, &err);
    if (status != 0 || tcgetpgrp(0) != child)
        _exit(2);
    tty_foreground();
    _exit(tcgetpgrp(0) == getpid() ? 0 : 3);
}

static void the_terminal_is_taken_back_from_the_background(void **state)
{
    int status;

    (void)state;
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        lend_the_terminal();
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid); /* stopped, if SIGTTOU came */
    if (WIFSTOPPED(status))
        proc_end(pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(raw_and_back, make_pty, close_pty),
        cmocka_unit_test_setup_teardown(what_is_no_terminal_is_refused, make_pty, close_pty),
        cmocka_unit_test_setup_teardown(size_is_copied, make_pty, close_pty),
        cmocka_unit_test_setup_teardown(a_session_takes_it, make_pty, close_pty),
        cmocka_unit_test_setup_teardown(
            the_terminal_is_taken_back_from_the_background, make_pty, close_pty),
    };

    return cmocka_run_group_tests_name("tty", tests, NULL, NULL);
}
