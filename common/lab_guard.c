// SPDX-License-Identifier: MIT
/*
 * The guard: a parent that does nothing but wait, so that it is there to clean up when the worker
 * crashes, is interrupted, or forgets.
 *
 *     ./run (guard) -- worker -- stress-ng, shells, busy loops …
 *
 * Three things make it sound. Signals that end a program are blocked and waited for, so none can
 * end the guard half-way through. It is the subreaper, so processes whose parents died become its
 * children, and it can end them by pid without a race. And what is no process stands in the
 * journal (undo.h), which also serves when the guard itself is killed with SIGKILL.
 */
#include "cleanup.h"
#include "fsio.h"
#include "lab.h"
#include "proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

/* What is needed to give a terminal back as it was. */
struct terminal {
    bool is_one;
    struct termios modes;
    pid_t foreground;
};

static void save_terminal(struct terminal *t)
{
    t->is_one = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &t->modes) == 0;
    t->foreground = t->is_one ? tcgetpgrp(STDIN_FILENO) : -1;
}

/* SIGTTOU is blocked here: a background process may otherwise not do this (tcsetpgrp(3)). */
static void restore_terminal(const struct terminal *t)
{
    if (!t->is_one || t->foreground != getpgrp())
        return;
    tcsetpgrp(STDIN_FILENO, t->foreground);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->modes);
}

/* What is wrong apart from the claims: says so, and returns how much of it is a failure. */
static int complain(const struct run *run, const char *prog)
{
    const struct report *r = &run->report;
    int failed = 0;

    if (r->csv_errno) {
        fprintf(stderr, "%s: %s does not have all of the series: %s\n", prog, r->csv_path,
            strerror(r->csv_errno));
        failed++;
    } else if (r->csv_path && !r->csv_written && !run->all) {
        fprintf(stderr, "%s: it draws no series, so there is nothing to write to %s\n", prog,
            r->csv_path);
    }
    if (r->step != r->steps) {
        fprintf(
            stderr, "%s: printed %d steps of %d: a mistake in this lab\n", prog, r->step, r->steps);
        failed++;
    }
    return failed + report_lost_output(prog);
}

/* The worker: the experiment, its claims, and the exit status that follows from them. */
static _Noreturn void work(const struct lab *lab, const struct experiment *experiment,
    struct run *run, const sigset_t *mask)
{
    struct err err = {0};
    char prog[64];

    sigprocmask(SIG_SETMASK, mask, NULL);
    snprintf(prog, sizeof(prog), "lab %s %s", lab->number, experiment->name);
    int journalled =
        undo_add(&run->undo, &err, UNDO_PROCESS, "%d %llu", getpid(), proc_start_time(getpid()));
    if (journalled == 0 && !undo_is_held(&run->undo, getppid()))
        _exit(1); /* the guard was killed just now; what we made, clean-host would not see */
    if (journalled < 0 || experiment->run(run, &err) < 0) {
        fflush(stdout);
        err_print(stderr, prog, &err);
        exit(err_exit_status(&err));
    }
    int failed = report_claims(&run->report) + complain(run, prog);
    exit(failed ? 1 : run->status);
}

/*
 * Waits for the worker. A signal for us is passed on as SIGTERM, then SIGKILL a second later.
 * Returns the worker's exit status; *ret_signal is the signal that ended it, or that was passed on;
 * *ret_stopped: all of us stood still for a while, as Ctrl-Z and `fg` make us.
 */
static int watch(pid_t worker, const sigset_t *signals, int *ret_signal, bool *ret_stopped)
{
    int status, passed_on = 0;

    for (;;) {
        struct timespec second = {.tv_sec = 1};
        int signal = sigtimedwait(signals, NULL, &second);
        if (signal < 0 && errno == EAGAIN && passed_on)
            kill(worker, SIGKILL);
        if (signal == SIGCONT)
            *ret_stopped = true;
        else if (signal > 0 && signal != SIGCHLD && !passed_on) {
            passed_on = signal;
            kill(worker, SIGTERM);
        }
        pid_t reaped;
        /* orphans too: the init of a PID namespace cannot end before all that is in it is reaped */
        while ((reaped = waitpid(-1, &status, WNOHANG)) > 0 && reaped != worker)
            ;
        if (reaped != worker)
            continue;
        *ret_signal = passed_on ? passed_on : WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        return *ret_signal ? 128 + *ret_signal : WEXITSTATUS(status);
    }
}

/*
 * Ends every child; their children then become ours, and are ended next. It gives up after `tries`
 * milliseconds, since a frozen process (freezer, v1) dies only once undo has thawed its group.
 */
static void end_descendants(int tries)
{
    struct err ignored;
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
    while (tries > 0) {
        cleanup_free char *children = fsio_read(NULL, path, &ignored);
        for (char *pid = children ? strtok(children, " \n") : NULL; pid; pid = strtok(NULL, " \n"))
            kill((pid_t)atoi(pid), SIGKILL);
        pid_t reaped = waitpid(-1, NULL, WNOHANG);
        if (reaped < 0)
            return;
        if (reaped == 0) {
            usleep(1000);
            tries--;
        }
    }
}

static void say_interrupted(const struct lab *lab, const struct experiment *experiment, int signal)
{
    static const char *const names[] = {
        [SIGINT] = "SIGINT", [SIGTERM] = "SIGTERM", [SIGHUP] = "SIGHUP", [SIGQUIT] = "SIGQUIT"};
    const char *name = signal <= SIGTERM ? names[signal] : NULL;

    fprintf(stderr, "lab %s %s: ended by %s; cleaning up\n", lab->number, experiment->name,
        name ? name : strsignal(signal));
}

static bool is_ignored(int signal)
{
    struct sigaction action;

    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/*
 * What could end or stop us half-way, and what says that it did. SIGPIPE is one: what we say of the
 * end may go to a pipe whose reader, such as head, has left before it; blocked, it comes when all
 * is cleaned up.
 */
static const int ENDING[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGCONT, SIGTTOU, SIGPIPE, 0};

int lab_guard(const struct lab *lab, const struct experiment *experiment, struct run *run)
{
    struct terminal terminal;
    struct err err;
    sigset_t signals, old;

    save_terminal(&terminal);
    sigemptyset(&signals);
    for (const int *s = ENDING; *s; s++)
        sigaddset(&signals, *s);
    sigprocmask(SIG_BLOCK, &signals, &old);
    sigdelset(&signals, SIGTTOU);
    sigdelset(&signals, SIGPIPE);
    if (is_ignored(SIGHUP)) /* by nohup(1): blocked, it would come all the same */
        sigdelset(&signals, SIGHUP);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (undo_open(&run->undo, &err) < 0) {
        err_print(stderr, "lab", &err);
        sigprocmask(SIG_SETMASK, &old, NULL);
        return 1;
    }
    pid_t worker = proc_fork(&err);
    if (worker == 0)
        work(lab, experiment, run, &old);
    run->ended_by = 0;
    bool stopped = false;
    int status = worker < 0 ? 1 : watch(worker, &signals, &run->ended_by, &stopped);
    end_descendants(200);
    restore_terminal(&terminal);
    if (run->ended_by)
        say_interrupted(lab, experiment, run->ended_by);
    else if (status == 1 && stopped)
        fprintf(stderr,
            "hint: it was stopped for a while (Ctrl-Z), and the clock went on -> run it again\n");
    if (undo_all(&run->undo, stderr) > 0 && status == 0)
        status = 1;
    end_descendants(2000);
    sigprocmask(SIG_SETMASK, &old, NULL);
    return status;
}
