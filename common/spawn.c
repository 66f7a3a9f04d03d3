// SPDX-License-Identifier: MIT
/*
 * One clone3(2) does what takes several calls otherwise, and leaves no gap between them: the child
 * starts in its namespaces and in its group, and the parent holds a pidfd that cannot mean another
 * process. Without CLONE_VM it is a fork: the child goes on with a copy of the memory, so it needs
 * no stack of its own.
 */
#include "spawn.h"

#include "cleanup.h"
#include "host.h"
#include "proc.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int explain_eperm(const struct spawn *spawn, struct err *err)
{
    const char *blocker = host_userns_blocker();

    if (!(spawn->namespaces & CLONE_NEWUSER) && !host_is_root())
        return err_hint(err, "not root (no CAP_SYS_ADMIN) -> sudo, or add a user namespace");
    if (blocker)
        return err_hint(err,
            "%s blocks user namespaces -> sudo sysctl -w with the other value, or "
            "run as root",
            blocker);
    return err_hint(
        err, "maybe a chroot or a container's seccomp filter forbids it (clone(2) EPERM)");
}

static int explain_no_more(struct err *err)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NPROC, &limit);
    return err_hint(err,
        "a limit on processes -> compare pids.current with pids.max of the group, "
        "and ulimit -u, which is %jd",
        (intmax_t)limit.rlim_cur);
}

static int explain_start(const struct spawn *spawn, struct err *err)
{
    int code = errno;

    err_sys(err, "cannot clone a child%s%s", spawn->namespaces ? " into new namespaces" : "",
        spawn->cgroup_fd >= 0 ? " in its group" : "");
    switch (code) {
    case EPERM:
        return explain_eperm(spawn, err);
    case EAGAIN:
        return explain_no_more(err);
    case ENOSPC:
        return err_hint(err, "too many namespaces -> compare user.max_*_namespaces (sysctl), and "
                             "nest user namespaces at most 32 deep");
    case EBUSY:
        return err_hint(err,
            "the group passes controllers down, so it may hold no process -> use a "
            "group below it");
    case EOPNOTSUPP:
        return err_hint(err, "the group is \"domain invalid\" -> read its cgroup.type");
    case EINVAL:
    case E2BIG:
        return err_hint(err, "this kernel lacks one of the namespaces, or CLONE_INTO_CGROUP "
                             "(Linux 5.7) -> uname -r, ls /proc/self/ns");
    case ENOSYS:
        return err_hint(err,
            "clone3 needs Linux 5.3, or a container's seccomp filter refuses it, as Docker's "
            "without CAP_SYS_ADMIN -> go there from the host, or with --privileged");
    }
    return -1;
}

/*
 * Tie the child's life to its parent's. The parent may have died before prctl, and then nobody
 * would end us. getppid() cannot tell: it is 0 for a parent in another PID namespace. The
 * parent's pidfd can: it becomes readable when the parent is gone.
 */
static void die_with_parent(int parent)
{
    struct pollfd gone = {.fd = parent, .events = POLLIN};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&gone, 1, 0) != 0)
        _exit(128 + SIGKILL);
    close(parent);
}

int spawn_start(const struct spawn *spawn, struct spawned *ret, struct err *err)
{
    int pidfd = -1;
    struct clone_args args = {
        .flags = (uint64_t)spawn->namespaces | CLONE_PIDFD,
        .pidfd = (uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
    };
    cleanup_close int parent =
        spawn->outlives ? -1 : proc_pidfd(spawn->sibling ? getppid() : getpid());

    if (!spawn->outlives && parent < 0)
        return err_sys(err, "cannot open a pidfd (Linux 5.3)");
    if (spawn->cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)spawn->cgroup_fd;
    }
    if (spawn->sibling) {
        args.flags |= CLONE_PARENT;
        args.exit_signal = 0; /* it is the caller's own; clone3 refuses another */
    }
    fflush(NULL); /* or the child would print again what waits in our buffers */
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
    if (pid < 0)
        return explain_start(spawn, err);
    if (pid == 0) {
        if (!spawn->outlives)
            die_with_parent(steal_fd(&parent));
        _exit(spawn->child(spawn->arg));
    }
    *ret = (struct spawned){.pid = pid, .pidfd = pidfd};
    return 0;
}

int spawn_wait(const struct spawned *child, struct err *err)
{
    siginfo_t info;

    while (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED) < 0) {
        if (errno != EINTR)
            return err_sys(err, "cannot wait for process %d", child->pid);
    }
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

void spawn_end(struct spawned *child)
{
    struct err ignored;

    if (child->pidfd < 0)
        return;
    proc_pidfd_signal(child->pidfd, SIGKILL);
    spawn_wait(child, &ignored);
    close_fd(&child->pidfd);
}
