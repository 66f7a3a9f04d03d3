/* SPDX-License-Identifier: MIT */
/*
 * runtime: from a spec to a running process, and back to nothing. Labs 01 to 05, one after another.
 *
 *     container_init     nothing is there yet
 *     container_start    the groups with their limits, and one clone3; the child (child.c) builds
 *                        the container around itself and becomes the program
 *     container_wait     its exit status
 *     container_remove   the groups go
 *
 * The child executes nothing of ours in between, as programs in Go need it (their runtime has
 * threads before main, and setns and unshare want a process with one thread: lab 04). A C program
 * has one thread, so the clone itself is where the container begins.
 */
#ifndef RUNTIME_CONTAINER_H
#define RUNTIME_CONTAINER_H

#include "explain.h"
#include "hooks.h"
#include "namespaces.h"
#include "seccomp.h"
#include "spec.h"

#include "cgroup.h"
#include "spawn.h"
#include "sync.h"
#include "undo.h"

/* container_init first; then the caller fills the first part. */
struct container {
    const struct spec *spec;
    struct undo *undo;             /* open; what is about to be made is written there first */
    const struct seccomp *seccomp; /* prepared; NULL: no filter */
    int stdio[3];          /* become 0, 1 and 2 of the program; not looked at with a terminal */
    int console_socket;    /* terminal: where the pty's master is sent (SCM_RIGHTS), else -1 */
    unsigned preserve_fds; /* how many descriptors from 3 on the program keeps */
    unsigned listen_fds;   /* how many of them it is told of as LISTEN_FDS */
    bool init;             /* PID 1 is our own init (init.h), and the program its child */
    bool outlives;         /* it goes on when the caller ends; else the kernel ends it then */
    bool no_pivot;         /* chroot(2) instead, where the root is the initramfs */
    bool keep_keyring;
    int lock; /* the caller's, or -1: the child gives it back at once, or would hold it as well */
    /* Where `start` will speak to the held child (state_make_fifos); all -1: it is not held. */
    struct sync hold;
    /*
     * Called once the process exists and before any other code than ours runs in it; may be NULL.
     * Its network namespace may still be the caller's, which it is not when `prepare` is called.
     */
    int (*record)(struct container *container, struct err *err);
    void *record_arg;
    /* Called before the process is let go on, with its IDs mapped; may be NULL. */
    int (*prepare)(pid_t pid, void *arg, struct err *err);
    void *prepare_arg;
    struct hooks_state hooks_state; /* what hooks are told; id NULL: no hook is run */
    struct explain explain;

    /*
     * An early child begins to mount while the host writes down what there is and makes the
     * groups, on another CPU. It joins them when it first needs them, at the latest before the root
     * is changed (groups.c).
     */
    bool early, joined;
    /*
     * It is in a user namespace: one of its own, or the engine's, which is then root of no more
     * than a part of the machine (of an LXC container, say). Most of what differs there the kernel
     * tells by refusing; this is for what it does not, or too late.
     */
    bool user;
    struct namespaces namespaces;
    struct cgroup group;
    struct spawned process;        /* PID 1, as the host sees it */
    unsigned long long start_time; /* its: proc_start_time */
    struct sync sync;
    int root_fd;        /* in the child: the new root */
    int self_fd;        /* in the child: this program, for `init` */
    int proc_fd;        /* in the child: the host's /proc, for what is set through files of it */
    int sys_fd;         /* in the child: the container's own /proc/sys (sysctl.c), or -1 */
    int seccomp_socket; /* in the child: where a notify descriptor goes, or -1 */
    dev_t groups_dev;   /* in the child: v1's tmpfs over the hierarchies, which is ours; or 0 */
    int *sources;       /* of binds, opened by the parent (mounts_open_sources), or NULL */
    char *const *environment; /* in the child: the program's, with HOME (home.h) */
};

/* Nothing is open, and there is no group: container_remove can be called from here on. */
void container_init(struct container *container);

/*
 * Returns 0 once the program runs: its exec has succeeded; or with `hold`, once all but that is
 * done. After an error nothing of it runs, and container_remove is still to be called. Errors:
 * those of the child too; ERR_NOT_FOUND and ERR_NOT_EXECUTABLE are about the program.
 */
int container_start(struct container *container, struct err *err);

/* True when the child stops before the root is changed, until hooks have run. */
bool container_has_early_hooks(const struct container *container);

/* Wait for the end of PID 1, which ends everything in its PID namespace. The status, or -1. */
int container_wait(struct container *container, struct err *err);

/* How many processes of the container the kernel ended for want of memory; 0 when it is not known.
 */
uint64_t container_oom_kills(const struct container *container);

/*
 * End what may still run and remove the groups. Safe after a start that failed at any point.
 * Returns as cgroup_remove does: 1 where only a level above stayed.
 */
int container_remove(struct container *container, struct err *err);

#endif
