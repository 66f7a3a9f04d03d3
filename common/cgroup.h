/* SPDX-License-Identifier: MIT */
/*
 * cgroup: one group with limits, on v1, v2 and hybrid hosts alike.
 *
 * Labs 02 and 03 write the files by hand; from lab 04 on this does it. cgroup.c chooses by what is
 * mounted; cgroup_v1.c and cgroup_v2.c do the work behind one table of functions.
 *
 *     cgroup_plan    which directories it will be: journal them (undo.h), then
 *     cgroup_make    mkdir, and on v2 the controllers of the parent enabled
 *     cgroup_set     the limits, before anything runs in it
 *     a member       v2: spawn with cgroup_fd; v1: cgroup_join in the child (a write to `tasks`)
 *     cgroup_read    what the kernel measured
 *     cgroup_remove  ends what is left inside, then rmdir
 */
#ifndef COMMON_CGROUP_H
#define COMMON_CGROUP_H

#include "err.h"
#include "undo.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A limit of 0 means "none asked for": its file is not written. */
struct cgroup_limits {
    uint64_t cpu_quota_usec, cpu_period_usec; /* 50000, 100000: half a CPU */
    uint64_t cpu_shares; /* v1's 2…262144, converted to v2's weight as the OCI says */
    uint64_t memory_bytes;
    uint64_t memory_swap_bytes; /* memory and swap together, as v1 and docker count it */
    uint64_t pids;
    const char *cpus; /* a list for cpuset.cpus, "0-1", or NULL */
};

/* What the kernel measured. A number it does not keep is UINT64_MAX. */
struct cgroup_usage {
    uint64_t memory_bytes, memory_peak_bytes, oom_kills;
    uint64_t cpu_usec, throttled_usec, throttled_periods;
    uint64_t pids;
};

enum { CGROUP_PATHS = 12 };

struct cgroup_ops; /* cgroup_internal.h: v1's or v2's functions */

struct cgroup {
    const struct cgroup_ops *ops;
    char path[CGROUP_PATHS][256];      /* one directory a hierarchy on v1, one in all on v2 */
    char controller[CGROUP_PATHS][24]; /* v1: the subsystem of path[i]; a co-mounted one once */
    int paths;
    int fd;      /* v2: the directory, for CLONE_INTO_CGROUP; -1 on v1. Closed by cgroup_close */
    bool absent; /* no group can be made here (rootless without delegation): every call does nothing
                  */
};

/*
 * Choose the directories for a group of this name (it may have slashes: "mini-docker/ab12"). Where
 * limits cannot be had, ret->absent is set when `limits` asks for none, and else it is ERR_SKIP
 * with the cause: which controller is missing and why.
 */
int cgroup_plan(
    const char *name, const struct cgroup_limits *limits, struct cgroup *ret, struct err *err);

/* Journal every directory, and the controllers that cgroup_make will enable in the parent. */
int cgroup_journal(const struct cgroup *group, struct undo *undo, struct err *err);

int cgroup_make(struct cgroup *group, struct err *err);

/* Write the limits. v1: memory before memory.memsw; cpuset.mems is filled in from the parent. */
int cgroup_set(struct cgroup *group, const struct cgroup_limits *limits, struct err *err);

/* Move the caller (one thread) in: on v1 "0" into each `tasks`, which is cheap; on v2 cgroup.procs.
 */
int cgroup_join(const struct cgroup *group, struct err *err);

/* Move another process in: the dear way (an RCU grace period; lab 04 measures it). */
int cgroup_attach(const struct cgroup *group, pid_t pid, struct err *err);

int cgroup_read(const struct cgroup *group, struct cgroup_usage *ret, struct err *err);

/* SIGKILL every process inside: cgroup.kill, or by pidfd until none is left. */
int cgroup_kill(const struct cgroup *group, struct err *err);

/* cgroup_kill, then rmdir with retries (EBUSY just after the last exit), then cgroup_close. */
int cgroup_remove(struct cgroup *group, struct err *err);

void cgroup_close(struct cgroup *group);

#endif
