/* SPDX-License-Identifier: MIT */
/*
 * step: a child that is born in namespaces which its parent must not enter itself, since there is
 * no way back out of a user namespace.
 *
 *     caller ---- clone3 ----> step: joins ---- clone3(CLONE_PARENT) ----> the child
 *        \____________________ the child's parent ___________________________/
 */
#ifndef RUNTIME_STEP_H
#define RUNTIME_STEP_H

#include "spawn.h"

/*
 * As spawn_start, but `join(arg, err)` runs before the clone, in a process that ends right after
 * it. What join changes in memory, the child sees and the caller does not. Errors: join's and
 * spawn_start's.
 */
int step_spawn(int (*join)(void *arg, struct err *err), void *arg, const struct spawn *spawn,
    struct spawned *ret, struct err *err);

/*
 * As spawn_start, but the child is born in the PID namespace behind fd, a namespace file or a
 * pidfd. The caller enters it for the moment of the clone and comes back, which is cheaper than a
 * step; where it has no right to come back, a step does it. Privilege: CAP_SYS_ADMIN in the
 * caller's user namespace and in the one that owns it; EPERM otherwise.
 */
int step_spawn_in_pid(int fd, const struct spawn *spawn, struct spawned *ret, struct err *err);

#endif
