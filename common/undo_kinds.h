/* SPDX-License-Identifier: MIT */
/* undo_kinds: how each kind of journal line is undone. For undo_*.c and cgroup*.c only. */
#ifndef COMMON_UNDO_KINDS_H
#define COMMON_UNDO_KINDS_H

#include "undo.h"

/*
 * Undo one line. `arg` is what follows the kind, and `run_dir` a directory that may hold a mount
 * point. A thing that is not there any more counts as undone. Errors: what stands in the way.
 */
int undo_line(enum undo_kind kind, const char *arg, const char *run_dir, struct err *err);

/*
 * SIGKILL, once, to all that is in the group and in the groups below; they are thawed for it, and
 * may not fork any more (pids.max). The caller itself is left out.
 */
void undo_cgroup_kill(const char *path);

/* After an rmdir of a shared group: somebody else is in it or below, or has removed it before. */
bool undo_cgroup_is_used(int code);

#endif
