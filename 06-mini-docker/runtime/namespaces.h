/* SPDX-License-Identifier: MIT */
/*
 * namespaces: those that a container does not make but joins by a path, and the time namespace,
 * which wants its offsets before its first member.
 *
 *     namespaces_open         the paths are opened and looked at
 *     namespaces_postpone     some of those to be made are left to the child
 *     namespaces_spawn        clone3, so that the child is born in what counts for children only
 *     namespaces_join         in the child: the rest
 *     namespaces_join_group   in the child, when it is in its groups: the cgroup namespace
 *
 * And, for a child that is no container: namespaces_run.
 *
 * Source: the OCI's config-linux.md, "Namespaces"; setns(2), user_namespaces(7),
 * time_namespaces(7).
 */
#ifndef RUNTIME_NAMESPACES_H
#define RUNTIME_NAMESPACES_H

#include "spec.h"

#include "spawn.h"

struct namespaces {
    const struct spec_linux *spec;
    int join[NS_KINDS]; /* the files of namespace_paths, in ns_table's order; -1: none, or done */
    int made;           /* CLONE_NEW* flags for clone3: the spec's, less time, cgroup, later */
    int later;          /* flags of those that the child makes */
    int own;            /* flags of those that are not the caller's: made or joined */
    bool time_wanted;   /* a time namespace is still to be made */
};

/*
 * Open every path and see by ioctl_ns(2) NS_GET_NSTYPE that each is of its kind. One that is the
 * caller's own namespace is left out: there is nothing to join. Errors: ERR_SYS with the path and
 * what is there instead; nothing stays open then.
 */
int namespaces_open(const struct spec_linux *spec, struct namespaces *ret, struct err *err);

/*
 * Before namespaces_spawn: leave those of `flags` that are to be made to the child, which makes
 * them in namespaces_join. The caller goes on meanwhile, on another CPU; but until then nobody may
 * look for the child's namespace of that kind: /proc/PID/ns shows the caller's.
 */
void namespaces_postpone(struct namespaces *namespaces, int flags);

/*
 * spawn_start with spawn->namespaces set to `made`. The child is the caller's own, and the caller
 * stays where it is. Errors: spawn_start's, and what stands in the way of joining.
 */
int namespaces_spawn(
    struct namespaces *namespaces, struct spawn *spawn, struct spawned *ret, struct err *err);

/*
 * In the child, with the caller's /proc still there and the user namespace's maps written: make the
 * time namespace, become root of the user namespace, join the rest, make what was postponed.
 */
int namespaces_join(struct namespaces *namespaces, struct err *err);

/* In the child: join the cgroup namespace of a path, or make the one that was asked for. */
int namespaces_join_group(struct namespaces *namespaces, struct err *err);

/*
 * The caller has come into a user namespace and is nobody in there: its own IDs are not mapped, and
 * a file that it made would be refused (EOVERFLOW). Become root of it, with the death signal that
 * this takes away (prctl(2)), and not dumpable. Where 0 is not mapped the IDs stay.
 */
void namespaces_become_root(void);

/*
 * Have a child do `work` in new namespaces (CLONE_NEW* flags, 0: none), and wait for it. In a new
 * user namespace the caller's IDs are mapped (idmap_for_caller), and it can become root there by
 * namespaces_become_root. Errors: work's, as if the caller had done it.
 */
int namespaces_run(int flags, int (*work)(void *arg, struct err *err), void *arg, struct err *err);

/* Safe to call twice, but not before namespaces_open. */
void namespaces_close(struct namespaces *namespaces);

#endif
