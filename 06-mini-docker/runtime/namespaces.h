/* SPDX-License-Identifier: MIT */
/*
 * namespaces: those that a container does not make but joins by a path, and the time namespace,
 * which wants its offsets between unshare(2) and its first member.
 *
 * Some count for children only (PID, time): those the parent enters before clone3 and leaves after
 * it. The others the child enters itself.
 */
#ifndef RUNTIME_NAMESPACES_H
#define RUNTIME_NAMESPACES_H

#include "spec.h"

struct namespaces {
    int join[NS_KINDS];    /* the files of namespace_paths, open; -1: none */
    int own_pid, own_time; /* the caller's, to come back to; -1: unchanged */
    int made;              /* CLONE_NEW* flags for clone3: the spec's, less time and cgroup */
};

/* Open every path and see by ioctl_ns(2) NS_GET_NSTYPE that each is of its kind. */
int namespaces_open(const struct spec_linux *spec, struct namespaces *ret, struct err *err);

/* In the parent, around clone3: enter what counts for children only, and come back. */
int namespaces_before_clone(
    struct namespaces *namespaces, const struct spec_linux *spec, struct err *err);
int namespaces_after_clone(struct namespaces *namespaces, struct err *err);

/* In the child: join the rest. */
int namespaces_join(const struct namespaces *namespaces, struct err *err);

void namespaces_close(struct namespaces *namespaces);

#endif
