/* SPDX-License-Identifier: MIT */
/*
 * proc: starting a helper process, waiting for it, and signalling it safely.
 *
 * This is plain fork and exec: what a student knows before lab 01. Namespaces and clone3 are in
 * spawn.h, once lab 01 has shown them.
 */
#ifndef COMMON_PROC_H
#define COMMON_PROC_H

#include "err.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * fork(2) for a child that must not outlive its parent: it gets SIGKILL when the parent dies
 * (PR_SET_PDEATHSIG in prctl(2)). Standard output is flushed first, so nothing is printed twice.
 * Returns the pid, 0 in the child, -1 on error.
 */
pid_t proc_fork(struct err *err);

struct proc_spec {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    bool quiet;              /* standard output and error go to /dev/null */
    /* Called in the child before exec, to join a group and such; may be NULL. Its error is
     * proc_start's error. */
    int (*setup)(void *arg, struct err *err);
    void *arg;
};

/*
 * Start a program with proc_fork. Returns 0 once it runs (its exec succeeded), so that an error of
 * setup or exec is this function's error: ERR_NOT_FOUND, ERR_NOT_EXECUTABLE or ERR_SYS.
 */
int proc_start(const struct proc_spec *spec, pid_t *ret_pid, struct err *err);

/*
 * After an exec that failed: what could not be run and why, by errno and a look at the file. The
 * kind tells not there (127) from there and not runnable (126). Returns -1. Lab 05 has exec.h,
 * which looks closer.
 */
int proc_exec_error(const char *name, struct err *err);

/*
 * Wait for the child and give its status as a shell does: 0-255, or 128+n when signal n ended it.
 * Returns the status, or -1 with *err set. Interrupted waits go on.
 */
int proc_wait(pid_t pid, struct err *err);

/* proc_start and proc_wait in one. Returns the status or -1. */
int proc_run(const struct proc_spec *spec, struct err *err);

/*
 * Run a program and keep what it writes to standard output, in malloc'ed memory that the caller
 * frees. Its exit status goes to *ret_status unless that is NULL. NULL on error.
 */
char *proc_capture(const struct proc_spec *spec, int *ret_status, struct err *err);

/* SIGKILL the child and wait for it. The pid must be a child that was not waited for yet. */
void proc_end(pid_t pid);

/* Look a program up in PATH (execvp(3)'s rule). True when it is there and executable. */
bool proc_in_path(const char *name);

/* A descriptor for the process (pidfd_open(2)), close-on-exec, or -1 with errno. */
int proc_pidfd(pid_t pid);

/* The same, when it is the process that started then (proc_start_time); -1: that one has ended. */
int proc_pidfd_of(pid_t pid, unsigned long long started);

/* Wait for its end, so long at most (-1: for ever). True: it has ended, or pidfd is -1. */
bool proc_pidfd_ended(int pidfd, int timeout_ms);

/* Signal through the descriptor: it can never hit another process that got the same pid. */
int proc_pidfd_signal(int pidfd, int signal);

/* pidfd_open, signal, close: for a pid that was read from the kernel a moment ago. */
int proc_signal(pid_t pid, int signal);

/* When the process started, in clock ticks since boot (proc(5), stat field 22); 0 if it is gone. */
unsigned long long proc_start_time(pid_t pid);

/*
 * True when this pid is that of the process that started then (proc_start_time), and it has not
 * ended: no zombie. Both are of one read, so of one process. Also true where it cannot be known,
 * for want of a descriptor, say: who is taken for dead is cleaned up after.
 */
bool proc_lives(pid_t pid, unsigned long long started);

/* The process's state letter from /proc/PID/stat (R S D Z T …), or 0 if it is gone. */
char proc_state(pid_t pid);

#endif
