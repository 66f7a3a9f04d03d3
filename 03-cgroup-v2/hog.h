/* SPDX-License-Identifier: MIT */
/* hog: processes that use memory: what the memory experiments watch. */
#ifndef LAB03_HOG_H
#define LAB03_HOG_H

#include "group.h"

#include <stdint.h>

enum { MIB = 1024 * 1024 };

/*
 * A process in the group that writes to so many bytes of anonymous memory, page by page, and then
 * stops itself. Dies with its parent.
 */
pid_t hog_start(const struct group *g, uint64_t bytes, struct err *err);

/*
 * Wait until the process has all its memory (true) or is dead (false), at most `seconds`; false too
 * when the time is up. memory.current is drawn meanwhile as `series`, on a scale of full_bytes with
 * a mark. The caller still has to proc_end it.
 */
bool hog_watch(struct run *run, const struct group *g, const char *series, pid_t pid,
    double seconds, uint64_t full_bytes, uint64_t mark_bytes);

/* A process in the group that reads a file, which leaves it in the page cache, and ends. */
int hog_read_file(const struct group *g, const char *dir, const char *name, struct err *err);

#endif
