// SPDX-License-Identifier: MIT
/*
 * PID 1 has two duties that few programs know of (pid_namespaces(7)). It becomes the parent of
 * every orphan, and must wait for it, or it stays a zombie. And a signal that it has no handler for
 * does not reach it, so Ctrl-C seems dead. This is the smallest program that does both: all signals
 * are blocked and taken one by one (sigwaitinfo(2)); SIGCHLD means reaping, any other is passed on.
 *
 * The child leads a process group of its own in the foreground, so that Ctrl-C reaches it and those
 * it started, and not us.
 */
#include "init.h"

#include "exec.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reaps all that have ended. Returns true when the child was among them. */
static bool reap(pid_t child, int *ret_status)
{
    bool ended = false;
    int status;

    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid != child)
            continue;
        *ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        ended = true;
    }
    return ended;
}

static _Noreturn void start(char *const argv[])
{
    sigset_t none;
    struct err err;

    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid()); /* refused where there is no terminal */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    exec_program(argv, environ, getenv("PATH"), &err);
    err_print(stderr, "init", &err);
    _exit(err_exit_status(&err));
}

int init_main(char *const argv[], struct err *err)
{
    sigset_t all;
    int status = 0;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL); /* SIGTTOU too, which tcsetpgrp would stop us with */
    pid_t child = fork();
    if (child < 0)
        return err_sys(err, "cannot fork");
    if (child == 0)
        start(argv);
    for (;;) {
        int signal = sigwaitinfo(&all, NULL);
        if (signal == SIGCHLD && reap(child, &status))
            return status;
        if (signal > 0 && signal != SIGCHLD)
            kill(child, signal);
    }
}
