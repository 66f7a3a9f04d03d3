/* SPDX-License-Identifier: MIT */
/* undo_kinds: how each kind of journal line is undone. For undo_replay.c and cgroup.c only. */
#ifndef COMMON_UNDO_KINDS_H
#define COMMON_UNDO_KINDS_H

#include "undo.h"

/*
 * Undo one line. `arg` is what follows the kind, and `run_dir` a directory that may hold a mount
 * point. A thing that is not there any more counts as undone. Errors: what stands in the way.
 */
int undo_line(enum undo_kind kind, const char *arg, const char *run_dir, struct err *err);

#endif
