/* SPDX-License-Identifier: MIT */
/*
 * identity: who a process is and what it may do, from a spec_process. The same for a container's
 * first process and for one that joins later (enter.h), so that both give up the same rights.
 *
 * Two things only the parent can do, as root of the host and not of a user namespace: raise a
 * limit, and set the score of a process that is not dumpable. So:
 *
 *     identity_score_lend, clone3, identity_score_back, identity_raise_limits     the parent
 *     identity_take, identity_seal, execve                                         the child
 */
#ifndef RUNTIME_IDENTITY_H
#define RUNTIME_IDENTITY_H

#include "seccomp.h"
#include "spec.h"

struct identity {
    const struct spec_process *process;
    const struct seccomp *seccomp; /* NULL: none */
    const char *seccomp_state;     /* what is sent with a notify descriptor; NULL: none is */
    int seccomp_socket;            /* where it is sent, or -1 */
    bool single_gid;               /* setgroups(2) is denied in this user namespace */
    bool new_keyring;
    bool makes_directory; /* PID 1 makes its working directory; an exec wants it to be there */
    int proc_fd;          /* the host's /proc (host_proc.h) */
};

/*
 * In the parent, before and after the clone: take on the score of the spec, which the child
 * inherits, and go back to the own one. The file is owned by root where the process is not dumpable
 * (proc(5), "/proc/[pid]"), which self_protect makes it, so it is made dumpable for the moment of
 * the write: in the parent, which is in no container. Nothing is done where the spec has no score.
 */
int identity_score_lend(const struct spec_process *process, int *ret_before, struct err *err);
int identity_score_back(const struct spec_process *process, int before, struct err *err);

/*
 * In the parent, when the child exists: raise its hard limits to those of the spec where they are
 * lower, so that the child itself has only to lower them. Needs CAP_SYS_RESOURCE (prlimit(2)).
 */
int identity_raise_limits(pid_t pid, const struct spec_process *process, struct err *err);

/*
 * In the child, all of it, in the order in which each step still has the rights it needs: score and
 * limits, the directory (which must be below the root: getcwd(2) says so), umask, keyring, AppArmor
 * profile, seccomp, then user, groups, capabilities, and no_new_privs. Not undone on error: the
 * process is to end.
 *
 * Capabilities that the caller does not have itself, as when it runs in a container, are left out.
 */
int identity_take(const struct identity *identity, struct err *err);

/*
 * The last step before the program: with no_new_privs the filter is loaded here, so that it need
 * not allow what identity_take does; without it, it was loaded before the rights went.
 */
int identity_seal(const struct identity *identity, struct err *err);

/*
 * True where setgroups(2) is denied in the user namespace of this process (0: the caller), so that
 * its groups stay: an ordinary user has mapped it himself (user_namespaces(7)).
 */
bool identity_groups_stay(int proc_fd, pid_t pid);

#endif
