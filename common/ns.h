/* SPDX-License-Identifier: MIT */
/*
 * ns: entering namespaces, in the form that lab 01 showed to be safe.
 */
#ifndef COMMON_NS_H
#define COMMON_NS_H

#include "err.h"

#include <sys/types.h>

/*
 * Move the calling process into the namespaces named by `flags` (CLONE_NEW*) of the process behind
 * the pidfd, all of them or none: one setns(2) call on a pidfd (Linux 5.8). It fails closed: on any
 * error the caller must not go on to run a command. CLONE_NEWPID counts for children only: fork
 * afterwards. Privilege: CAP_SYS_ADMIN in the owning user namespaces. Source: setns(2),
 * pid_namespaces(7).
 */
int ns_enter(int pidfd, int flags, struct err *err);

/* The CLONE_NEW* flags of those namespaces in which process pid differs from the caller. */
int ns_different(pid_t pid, int *ret_flags, struct err *err);

/* Set the loopback device of the caller's network namespace up (netdevice(7)). */
int ns_loopback_up(struct err *err);

#endif
