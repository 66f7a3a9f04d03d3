/* SPDX-License-Identifier: MIT */
/*
 * identity: who a process is and what it may do, from a spec_process. The same for a container's
 * first process and for one that joins later (enter.h), so that both give up the same rights.
 */
#ifndef RUNTIME_IDENTITY_H
#define RUNTIME_IDENTITY_H

#include "seccomp.h"
#include "spec.h"

struct identity {
    const struct spec_process *process;
    const struct seccomp *seccomp; /* NULL: none */
    int seccomp_socket;            /* where a notify descriptor is sent, or -1 */
    bool single_gid;               /* setgroups(2) is denied in this user namespace */
    bool new_keyring;
    int proc_fd; /* the host's /proc: what is written there cannot be faked inside */
};

/*
 * All of it, in the order in which each step still has the rights it needs: score and limits, the
 * directory (which must be below the root: getcwd(2) says so), keyring, umask, seccomp, then user,
 * groups, capabilities, no_new_privs (and seccomp here when that was set). Not undone on error:
 * the process is to end.
 */
int identity_take(const struct identity *identity, struct err *err);

#endif
