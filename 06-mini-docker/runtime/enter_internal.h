/* SPDX-License-Identifier: MIT */
/* enter_internal: what the two sides of an exec share: enter.c, the parent, with enter_group.c; and
 * enter_child.c. */
#ifndef RUNTIME_ENTER_INTERNAL_H
#define RUNTIME_ENTER_INTERNAL_H

#include "enter.h"

#include "cgroup.h"
#include "sync.h"

/* All is opened by the parent, while /proc is the host's and nobody inside can see who opens it. */
struct entry {
    const struct enter *enter;
    int container;       /* a pidfd: the container's first process */
    int different;       /* CLONE_NEW* flags of the namespaces in which it is not with us */
    int namespaces;      /* those of them that the child has still to enter */
    int root;            /* its root directory; -1 where the mount namespace leads there */
    int proc;            /* the host's /proc */
    int seccomp_socket;  /* where a notify descriptor goes, or -1 */
    bool single_gid;     /* setgroups(2) is denied in its user namespace */
    struct cgroup group; /* open */
    struct sync sync;
};

/*
 * enter_group.c: take the group of the container's first process, below the container's own, in
 * place of that. -1: it is in no such group.
 */
int enter_follow_first(struct entry *entry, struct err *err);

/* For spawn.h: arg is a struct entry. Returns only on failure, after telling the parent. */
int enter_child_main(void *arg);

#endif
