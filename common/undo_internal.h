/* SPDX-License-Identifier: MIT */
/* undo_internal: what undo.c, undo_replay.c, undo_kinds.c and undo_cgroup.c share, and nobody else.
 */
#ifndef COMMON_UNDO_INTERNAL_H
#define COMMON_UNDO_INTERNAL_H

#include "undo.h"
#include "undo_kinds.h"

#include <stdbool.h>

/* JOURNAL_MOST: the bytes of a journal; a longer one is an error. */
enum { UNDO_KINDS = UNDO_WRITE + 1, JOURNAL_MOST = 1 << 20 };

/* The first word of a line, by its kind. */
extern const char *const undo_words[UNDO_KINDS];

/*
 * The directories that this user's runs may be in, best first; the next one serves where one cannot
 * be made. False: it is not there (with `make`: cannot be), or not the user's alone.
 */
enum { UNDO_BASES = 2 };
bool undo_base_at(int index, bool make, char base[64]);

/* What the names of caches in them begin with. */
#define UNDO_CACHE ".cache-"

/* The one of them that the directory of a run is in. */
void undo_base_of(const char *dir, char base[PATH_MAX]);

/* Lock that directory until the returned descriptor is closed. */
int undo_lock_base(const char *base);

/* A lock that the kernel drops when this process ends, however it ends. -1: somebody has it. */
int undo_lock_journal(int fd);

/* True when a run other than `mine` has the same subtree line. The base lock must be held. */
bool undo_another_run_needs(const char *base, const char *mine, const char *arg);

/* Wait before the next attempt: 2 ms for the first ten, then 50 ms. */
void undo_pause(int attempt);

/* undo_cgroup.c: for undo_line. */
int undo_cgroup(const char *path, struct err *err);
int undo_cgroup_empty(const char *path, struct err *err);
int undo_hierarchy(const char *name, const char *run_dir, struct err *err);

#endif
