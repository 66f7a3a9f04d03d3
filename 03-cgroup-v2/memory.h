/* SPDX-License-Identifier: MIT */
/* memory: what the parts of the memory experiment share. */
#ifndef LAB03_MEMORY_H
#define LAB03_MEMORY_H

#include "experiments.h"
#include "group.h"

/* Switch swap off for the group, where there is swap accounting: it would hide what is shown. */
int memory_no_swap(struct run *run, const struct group *g, struct err *err);

/* One number of memory.events, printed as "memory.events: oom_kill 1". */
int memory_event(
    struct run *run, const struct group *g, const char *key, uint64_t *ret, struct err *err);

/* The parts, with the number of steps each has. */
int memory_max(struct run *run, struct err *err);       /* 3 */
int memory_high(struct run *run, struct err *err);      /* 2 */
int memory_oom_group(struct run *run, struct err *err); /* 2 */
int memory_protect(struct run *run, struct err *err);   /* 4 */

#endif
