/* SPDX-License-Identifier: MIT */
/* namespaces_internal: what namespaces_join.c and namespaces_spawn.c share. */
#ifndef RUNTIME_NAMESPACES_INTERNAL_H
#define RUNTIME_NAMESPACES_INTERNAL_H

#include "namespaces.h"

/*
 * Join those of `flags` that are left. With `may_wait`, one that is refused for want of rights
 * (EPERM) is left for later.
 */
int namespaces_join_flags(struct namespaces *namespaces, int flags, bool may_wait, struct err *err);

/* Make the time namespace that is wanted, and enter it; nothing where it was done. */
int namespaces_make_time(struct namespaces *namespaces, struct err *err);

#endif
