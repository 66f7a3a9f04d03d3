// SPDX-License-Identifier: MIT
/*
 * clone: a new process, in new namespaces from its first instruction. The first of the three calls.
 *
 * clone(2) is fork(2) with a choice: for each thing that a process has, share it with the parent or
 * get a new one. A CLONE_NEW* flag asks for a new namespace. The old call takes its flags in an int
 * whose lowest byte is the signal that the parent gets at the end, and CLONE_NEWTIME lies in that
 * byte; clone3(2) takes a structure, has room for all eight, and gives a pidfd: a descriptor that
 * means this one process for ever, where a pid may be given to another once it is free.
 */
#include "experiments.h"
#include "ns_table.h"
#include "proc.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SEVEN = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET |
            CLONE_NEWUSER | CLONE_NEWCGROUP
};

/* All that these children do is to be looked at. */
static int be_looked_at(void *arg)
{
    (void)arg;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pause();
    return 0;
}

/* How many of its namespaces are not ours. */
static int count_new(pid_t pid, uint64_t *ret_new, struct err *err)
{
    uint64_t ours[NS_KINDS], childs[NS_KINDS];

    if (ns_inodes(0, ours, err) < 0 || ns_inodes(pid, childs, err) < 0)
        return -1;
    *ret_new = 0;
    for (int i = 0; i < NS_KINDS; i++)
        *ret_new += childs[i] != ours[i];
    return 0;
}

/* The old call: a function for the child to run, and a stack to run it on. */
static int try_clone(int flags, uint64_t *ret_new, struct err *err)
{
    static char stack[64 * 1024] __attribute__((aligned(16)));

    fflush(NULL);
    /* the stack grows down, so clone gets its end; SIGCHLD makes it a child that wait(2) sees */
    pid_t pid = clone(be_looked_at, stack + sizeof(stack), flags | SIGCHLD, NULL);
    if (pid < 0)
        return err_sys(err, "clone failed");
    int result = count_new(pid, ret_new, err);
    proc_end(pid);
    return result;
}

/* The new call returns twice, as fork does: 0 in the child. Ends the child through its pidfd. */
static int try_clone3(uint64_t flags, uint64_t *ret_new, int *ret_ended_by, struct err *err)
{
    int pidfd = -1;
    struct clone_args args = {
        .flags = flags | CLONE_PIDFD,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    siginfo_t info = {0};

    fflush(NULL);
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        return err_sys(err, "clone3 failed");
    if (pid == 0)
        _exit(be_looked_at(NULL));
    int result = count_new(pid, ret_new, err);
    syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);
    close(pidfd);
    *ret_ended_by = info.si_status;
    return result;
}

/* Flags that contradict each other: the kernel's errno. A child that should not be is ended. */
static int refused(uint64_t flags)
{
    struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};

    fflush(NULL);
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(0);
    proc_end(pid);
    return 0;
}

static int clone_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    uint64_t none, seven, eight, existing = 0, ours[NS_KINDS];
    int ended_by = 0;

    step(r, "clone(2)", "clone(SIGCHLD)");
    if (ns_inodes(0, ours, err) < 0 || try_clone(0, &none, err) < 0)
        return -1;
    note(r, "the child's new namespaces: %lu", none);
    for (int i = 0; i < NS_KINDS; i++)
        existing += ours[i] != 0;

    step(r, "clone(2), namespaces(7)", "clone(the seven flags|SIGCHLD)");
    if (try_clone(SEVEN, &seven, err) < 0)
        return -1;
    note(r, "the child's new namespaces: %lu", seven);
    explain(r, "with CLONE_NEWUSER an ordinary user may, too: that one is made before the others");

    step(r, "clone3(2), pidfd_open(2)", "clone3(all eight|CLONE_PIDFD), then SIGKILL by the pidfd");
    if (try_clone3(SEVEN | CLONE_NEWTIME, &eight, &ended_by, err) < 0)
        return -1;
    note(r, "the child's new namespaces: %lu; ended by signal %d", eight, ended_by);

    step(r, "clone(2), ERRORS", "flags that contradict each other");
    int fs = refused(CLONE_NEWNS | CLONE_FS);
    int user = refused(CLONE_NEWUSER | CLONE_FS);
    note(r, "CLONE_NEWNS|CLONE_FS: %s", strerror(fs));
    note(r, "CLONE_NEWUSER|CLONE_FS: %s", strerror(user));
    explain(r, "CLONE_FS shares root and working directory, which another mount namespace lacks");

    claim_u64(r, "control: no flag, no new namespace", none, EQ, 0, "/proc/PID/ns");
    claim_u64(r, "clone: the seven at once", seven, EQ, 7, "/proc/PID/ns");
    claim_u64(r, "clone3: all that this kernel has", eight, EQ, existing, "/proc/PID/ns");
    claim_u64(r, "the pidfd reached the child", (uint64_t)ended_by, EQ, SIGKILL, "waitid(2)");
    claim_errno(r, "new mounts, shared root: refused", fs, EINVAL, "clone3(2)");
    claim_errno(r, "new user, shared root: refused", user, EINVAL, "clone3(2)");
    return 0;
}

const struct experiment clone_experiment = {
    .name = "clone",
    .summary = "the call that makes a process in new namespaces",
    .needs = "userns ns:time ns:cgroup",
    .steps = 4,
    .run = clone_run,
};
