/* SPDX-License-Identifier: MIT */
/* watch: a container's group with its limits, and what is seen of it from outside. */
#ifndef LAB04_WATCH_H
#define LAB04_WATCH_H

#include "container.h"
#include "lab.h"
#include "live.h"
#include "tree.h"

/* What was seen of a container from its start to its end. Start with zeros. */
struct seen {
    struct cgroup_usage usage; /* the group's own counters, as they stood last */
    uint64_t limit_bytes;      /* what the kernel made of the memory limit */
    uint64_t resident_bytes;   /* the largest RssAnon of a process inside, at any time */
    uint64_t peak_bytes;       /* the group's highest charge */
    const char *peak_source;   /* the file that it was read from */
    double seconds;
};

/* Make a journalled group of this name: half a CPU (50000 of 100000 us) and this much memory. */
int limited_group(
    struct run *run, const char *name, uint64_t limit_bytes, struct cgroup *ret, struct err *err);

/* Print what stands in the files of its limits, whichever version they are of. */
void show_limits(struct report *r, const struct cgroup *group);

enum { WATCH_MOST = 64 };

/*
 * The processes inside, as soon as there are `least`, or when it ended or 10 s have passed. Returns
 * how many.
 */
int wait_for_processes(const struct container *c, int least, struct process ret[WATCH_MOST]);

/*
 * Watch until the container ends. Twice a second the highest RssAnon since is drawn, unless `live`
 * is NULL. After so many seconds, and once the kernel has stepped in, its command gets a SIGINT; 0:
 * it ends when it ends.
 */
int watch(
    struct container *c, struct live *live, uint64_t seconds, struct seen *seen, struct err *err);

#endif
