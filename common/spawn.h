/* SPDX-License-Identifier: MIT */
/*
 * spawn: clone3(2) in the form that lab 01 built up to: a child in new namespaces, born in its
 * group, held by a pidfd.
 */
#ifndef COMMON_SPAWN_H
#define COMMON_SPAWN_H

#include "err.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
    /* CLONE_NEW* flags, 0 for none. A time namespace made here has no offsets: those are set
     * between unshare(2) and the first child (time_namespaces(7)). */
    int namespaces;
    int cgroup_fd; /* a v2 group's directory, for CLONE_INTO_CGROUP; -1: the caller's group */
    /*
     * False: the child gets SIGKILL when its parent dies. A child that changes its user or group
     * IDs or its capabilities loses this and calls prctl(PR_SET_PDEATHSIG) again (prctl(2)).
     */
    bool outlives;
    /* The child's parent is the caller's, which waits for it, and not the caller (CLONE_PARENT). */
    bool sibling;
    /*
     * Runs in the child; what it returns is the child's exit status. It must not return into the
     * caller's code, and may exec.
     */
    int (*child)(void *arg);
    void *arg;
};

struct spawned {
    pid_t pid; /* as the caller sees it */
    int pidfd; /* the caller closes it; close-on-exec */
};

/*
 * Errors say the cause: EPERM (no privilege and no user namespace: the blocking setting by name),
 * EAGAIN and ENOSPC (which limit), EBUSY/EOPNOTSUPP of the group. Privilege: CAP_SYS_ADMIN for
 * namespaces without CLONE_NEWUSER. Source: clone(2), cgroups(7).
 */
int spawn_start(const struct spawn *spawn, struct spawned *ret, struct err *err);

/* Wait for it by its pidfd (waitid(2) P_PIDFD): the status as a shell gives it, or -1. */
int spawn_wait(const struct spawned *child, struct err *err);

/* End it by SIGKILL, wait for that, and close the pidfd. Nothing happens where that is -1. */
void spawn_end(struct spawned *child);

#endif
