/* SPDX-License-Identifier: MIT */
/*
 * root: the change of root, call by call. The main experiment makes the calls one at a time and
 * looks in between; the others take root_change.
 */
#ifndef LAB05_ROOT_H
#define LAB05_ROOT_H

#include "err.h"

/* mount(2): every mount of this namespace private. After CLONE_NEWNS only. */
int root_private(struct err *err);

/* mount(2): bind the directory onto itself, so that it is a mount point; then chdir into it. */
int root_bind(const char *dir, struct err *err);

/* pivot_root(2): the working directory becomes /, and the old / lies over it. */
int root_pivot(struct err *err);

/* umount2(2): take the old / away. */
int root_detach(struct err *err);

/* All four, in this order. */
int root_change(const char *dir, struct err *err);

/* mount(2): a new proc on DIR/proc, of the PID namespace that the caller is in. */
int root_mount_proc(const char *dir, struct err *err);

#endif
