/* SPDX-License-Identifier: MIT */
/*
 * idmap: which user and group IDs outside stand behind those inside a user namespace.
 */
#ifndef COMMON_IDMAP_H
#define COMMON_IDMAP_H

#include "err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct idmap_range {
    uint32_t inside, outside, count;
};

/* As many as the kernel takes since 4.15 (user_namespaces(7)); it must be one write of a page, too.
 */
enum { IDMAP_RANGES = 340 };

/* 8 KiB: kept by address, in few copies. */
struct idmap {
    struct idmap_range uid[IDMAP_RANGES], gid[IDMAP_RANGES];
    int uids, gids;
};

/*
 * The widest map this user may write: for root, the identity over all IDs; for a user with ranges
 * in /etc/subuid and /etc/subgid and newuidmap installed, root inside is the user outside and 1…
 * are the ranges; else root inside is the user outside, and nothing more. Source:
 * user_namespaces(7), subuid(5).
 */
int idmap_for_caller(struct idmap *ret, struct err *err);

/* Root inside is this one uid and gid outside. */
void idmap_single(struct idmap *ret, uid_t uid, gid_t gid);

/*
 * True for root who can give a file to others: false too for root of a user namespace that maps
 * nobody else.
 */
bool idmap_has_others(void);

/* After a chown(2) that failed: the hint, where it says that this user namespace has no such ID.
 * -1. */
int idmap_explain(struct err *err);

/*
 * Write the maps of a process that was cloned with CLONE_NEWUSER and waits: setgroups is denied
 * first where the kernel wants that (an unprivileged gid_map), or newuidmap and newgidmap are run.
 * From its parent.
 */
int idmap_write(pid_t pid, const struct idmap *map, struct err *err);

#endif
