/* SPDX-License-Identifier: MIT */
/*
 * cgroup: one group with limits, on v1, v2 and hybrid hosts alike.
 *
 * Labs 02 and 03 write the files by hand; from lab 04 on this does it. cgroup.c chooses by what is
 * mounted; cgroup_v1.c and cgroup_v2.c do the work behind one table of functions.
 *
 *     cgroup_plan    which directories it will be
 *     cgroup_journal writes them down (undo.h), or cgroup_journal_leaf; then
 *     cgroup_make    mkdir, and on v2 the controllers enabled in every level above
 *     cgroup_set     the limits, before anything runs in it
 *     a member       v2: spawn with cgroup_fd; v1: cgroup_join in the child (a write to `tasks`)
 *     cgroup_read    what the kernel measured
 *     cgroup_freeze  stops all that is inside, and lets it go on
 *     cgroup_remove  ends what is left inside, then rmdir
 *
 * Another process, later, takes the group up again by the paths that were kept: cgroup_adopt.
 */
#ifndef COMMON_CGROUP_H
#define COMMON_CGROUP_H

#include "err.h"
#include "host.h"
#include "undo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A limit of one block device: bytes or operations a second, or a weight. */
struct cgroup_device_limit {
    unsigned major, minor;
    uint64_t value;
};

struct cgroup_device_limits {
    const struct cgroup_device_limit *items;
    size_t count;
};

/* A limit that has a name: a size of huge pages ("2MB"), a network interface. */
struct cgroup_named_limit {
    const char *name;
    uint64_t value;
};

/* A remote DMA adapter: -1 leaves a number out. */
struct cgroup_rdma_limit {
    const char *name;
    int64_t handles, objects;
};

/* A file of the group and the text to write into it: "memory.high", "104857600". */
struct cgroup_file {
    const char *name, *value;
};

/* A switch. Off is how a group begins, so it needs no controller, and changes nothing without. */
enum cgroup_switch { CGROUP_UNSAID, CGROUP_ON, CGROUP_OFF };

/*
 * All that the OCI's linux.resources can ask for (config-linux.md, "Control groups"), in its v1
 * words and units; on v2 they are converted. A limit of 0 means "none asked for": its file is not
 * written. UINT64_MAX is "no limit", written as such.
 */
struct cgroup_limits {
    uint64_t cpu_quota_usec, cpu_period_usec; /* 50000, 100000: half a CPU; period 0: 100000 */
    uint64_t cpu_burst_usec;
    uint64_t cpu_shares; /* v1's 2…262144, converted to v2's weight as the OCI says */
    uint64_t cpu_rt_runtime_usec, cpu_rt_period_usec; /* v1 only */
    enum cgroup_switch cpu_idle;
    const char *cpus, *mems; /* lists for cpuset.cpus and cpuset.mems, "0-1", or NULL */
    uint64_t memory_bytes;
    uint64_t memory_swap_bytes; /* memory and swap together, as v1 and docker count it */
    uint64_t memory_reservation_bytes;
    bool memory_swappiness_given;
    unsigned memory_swappiness;           /* 0…100; v1 only */
    enum cgroup_switch oom_kill_disabled; /* v1 only */
    bool check_before_update;             /* refuse a memory limit below what is in use now */
    uint64_t pids;
    uint64_t io_weight; /* 10…1000 */
    struct cgroup_device_limits io_weight_devices, read_bps, write_bps, read_iops, write_iops;
    const struct cgroup_named_limit *hugepages; /* bytes */
    size_t hugepages_count;
    uint64_t net_class_id; /* v1 only, as the next */
    const struct cgroup_named_limit *net_priorities;
    size_t net_priorities_count;
    const struct cgroup_rdma_limit *rdma;
    size_t rdma_count;
    const struct cgroup_file *unified; /* v2 only: written as they are, last */
    size_t unified_count;
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
    bool absent; /* no group can be made here, and none is needed: every call does nothing */
    bool v2;
    bool made; /* it is there and ours to remove: by cgroup_make, cgroup_open or cgroup_adopt */
    int paths; /* one directory a hierarchy on v1, one in all on v2 */
    char path[CGROUP_PATHS][256];
    size_t base[CGROUP_PATHS];          /* length of the parent that the name is below */
    size_t keep[CGROUP_PATHS];          /* length of the part of path[i] that is not ours */
    unsigned controllers[CGROUP_PATHS]; /* what path[i] has; see cgroup_path */
    unsigned needed;                    /* v2: those that the limits asked for */
    int tasks[CGROUP_PATHS];            /* v1: path[i]/tasks, open for cgroup_join */
    int fd;            /* v2, once open: the directory, for CLONE_INTO_CGROUP; -1 on v1 */
    bool members_open; /* set before cgroup_make, which then opens nothing: a member calls
                          cgroup_open itself */
    struct undo
        *undo; /* between cgroup_journal_leaf and cgroup_make: where made leaves are noted */
};

/*
 * True when a v1 hierarchy has what a container is limited by (memory, cpu or pids), also on a
 * hybrid host: a controller is in one version only. `mounts` are host_cgroup_mounts'.
 */
bool cgroup_host_is_v1(const struct host_cgroup_mount *mounts, int count);

/*
 * Choose the directories for a group of this name. It may have several words: "mini-docker/ab12";
 * every level costs a mkdir, and a level above the last may be shared with other groups.
 *
 *     "a/b"   below the parent that we may use: on v2 the nearest group that is delegated to us,
 *             for root the root group. The levels are ours: they go when they are empty.
 *     "/a/b"  below the mount points of the hierarchies, as the OCI's cgroupsPath has it. A level
 *             that is there already is somebody else's and stays.
 *
 * `limits` may be NULL. v1 is used where cgroup_host_is_v1. Where groups cannot be made,
 * ret->absent is set when `limits` asks for none, and else it is ERR_SKIP with the cause: which
 * controller is missing and why. ERR_USAGE: a name that has an empty word, "." or "..". Nothing is
 * made yet; *ret need not be closed.
 */
int cgroup_plan(
    const char *name, const struct cgroup_limits *limits, struct cgroup *ret, struct err *err);

/*
 * For a run that shares no level with another. Journal every directory, and the controllers that
 * cgroup_make will enable in the host's group. The topmost level that does not exist yet is the one
 * written down, and with all that is below it it is removed.
 */
int cgroup_journal(const struct cgroup *group, struct undo *undo, struct err *err);

/*
 * For groups that share levels ("/docker/A" and "/docker/B"). Journal every level that is ours as
 * one to be removed when it is empty (UNDO_CGROUP_EMPTY), the last too. cgroup_make adds the line
 * that kills what is inside (UNDO_CGROUP) for a directory that it has made itself, before anybody
 * can be in it: so another's group of the same name is never taken for ours, whenever we are
 * killed. `undo` must stay until then. Controllers that are enabled above stay so, as every runtime
 * leaves them: others may have begun to use them.
 */
int cgroup_journal_leaf(struct cgroup *group, struct undo *undo, struct err *err);

/*
 * Make the directories, and open them (the caller closes with cgroup_close). On v2 the controllers
 * are enabled in every level above the last; on v1 cpuset.cpus and cpuset.mems are copied down,
 * since a group without them takes no process (ENOSPC). What was made is removed again after an
 * error. Errors: EEXIST, it is there already, and we do not adopt what we did not make; EBUSY, a
 * process sits in the v2 group above (err->hint names it).
 */
int cgroup_make(struct cgroup *group, struct err *err);

/* After cgroup_plan or cgroup_adopt, instead of cgroup_make: a group that another process made. */
int cgroup_open(struct cgroup *group, struct err *err);

/*
 * A group that another process made, by its directories (path[0]… of its struct cgroup), which may
 * be gone by now. Nothing is opened: set, read, freeze, kill and remove work as it is, cgroup_join
 * and CLONE_INTO_CGROUP want cgroup_open. cgroup_remove removes the last level only. No paths: the
 * absent group. Errors: ERR_USAGE, a path that is below no cgroup mount.
 */
int cgroup_adopt(const char *const *paths, size_t count, struct cgroup *ret, struct err *err);

/*
 * The directory whose files have this controller, "memory" or "cpuacct" (for v2's cpu.stat name
 * "cpu"); on v2 it is always the only one. NULL: none has it.
 */
const char *cgroup_path(const struct cgroup *group, const char *controller);

/*
 * Write the limits; also again later, to change them: what is not asked for stays as it was. The
 * order is the one that the kernel takes, for limits that are raised and for those that are
 * lowered.
 *
 * What one version cannot have is left out, as runc does: on v2 cpu_rt_*, memory_swappiness,
 * oom_kill_disabled, net_*; and where the kernel lacks the file, cpu_burst (Linux 5.14) and the
 * limit of swap. Elsewhere that is an error; so is `unified` on v1 (ERR_USAGE). Converted for v2:
 * cpu_shares, memory_swap (which loses the memory's part), io_weight where the kernel has no BFQ.
 * check_before_update holds on v2; v1's kernel always checks. io_weight and a limit of a device: 0
 * takes the device's away.
 *
 * Errors: what the kernel answered, with the file and the value; ERR_SKIP, the group has no such
 * controller (on v2 it is handed down now, where that can be).
 */
int cgroup_set(struct cgroup *group, const struct cgroup_limits *limits, struct err *err);

/*
 * Move the caller (one thread) in: on v1 "0" into each `tasks`, which costs nothing, through the
 * descriptors that cgroup_make opened, so a child may have dropped its rights; on v2 cgroup.procs.
 */
int cgroup_join(const struct cgroup *group, struct err *err);

/* Move another process in: the dear way (an RCU grace period; lab 04 measures it). */
int cgroup_attach(const struct cgroup *group, pid_t pid, struct err *err);

/* What it uses now: UINT64_MAX for what this host does not count. Errors: the group is gone. */
int cgroup_read(const struct cgroup *group, struct cgroup_usage *ret, struct err *err);

/* The one number of these that is asked of every container when it ends. */
uint64_t cgroup_oom_kills(const struct cgroup *group);

/*
 * The processes inside and, with `below`, in the groups below: each once, in order, in malloc'ed
 * memory that the caller frees. One that this PID namespace does not see is left out. A group that
 * is gone has none.
 */
int cgroup_pids(
    const struct cgroup *group, bool below, pid_t **ret_pids, size_t *ret_count, struct err *err);

/*
 * Stop every process inside, those in groups below too, or let them go on; returns once the kernel
 * says that they have stopped. Errors: ERR_SKIP, no freezer; EBUSY, some process did not stop (it
 * waits in the kernel, for a disk maybe), and all go on. Source: cgroup-v2.rst, "cgroup.freeze";
 * cgroup-v1/freezer-subsystem.rst.
 */
int cgroup_freeze(const struct cgroup *group, bool frozen, struct err *err);

/* True when cgroup_freeze stopped it (and not when only a group above is frozen). */
bool cgroup_is_frozen(const struct cgroup *group);

/* The same in two steps, where many groups are asked: the kernel's file that says it ("" where
 * there is none), and what it says now. */
enum { CGROUP_FILE = 300 };
void cgroup_frozen_file(const struct cgroup *group, char ret[CGROUP_FILE]);
bool cgroup_file_is_frozen(const char *file);

/*
 * End every process inside, and in the groups below, with SIGKILL (cgroup.kill, and by pidfd until
 * none is left); it takes no new process any more (pids.max is 0 then). The caller must be outside.
 */
int cgroup_kill(const struct cgroup *group, struct err *err);

/*
 * Send a signal to every process inside and in the groups below, to each once. The group is frozen
 * meanwhile, or one that forks and ends could always be its child by the time its number is read;
 * it comes when it goes on, and a group that was frozen stays so. Without a freezer, or where that
 * cannot stop all, it is one pass over who was there. SIGKILL is cgroup_kill.
 */
int cgroup_signal(const struct cgroup *group, int signal, struct err *err);

/*
 * rmdir; where that is EBUSY, cgroup_kill and more tries (it is so for a moment after the last
 * exit), groups made inside included; then the levels above that are ours and empty. Closes it. A
 * group that is only planned, or could not be made, is somebody else's if it is there: not touched.
 * Returns 1 where it is gone and an empty level could not be removed: *err says why.
 */
int cgroup_remove(struct cgroup *group, struct err *err);

/* Close the descriptors; the group stays. Safe to call twice. */
void cgroup_close(struct cgroup *group);

/*
 * v1's cpu.shares (2…262144) as v2's cpu.weight (1…10000), so that both ends and both defaults
 * (1024, 100) meet: 10^((l^2 + 125 l)/612 - 7/34) with l = log2(shares), as runc 1.3.2 and crun
 * 1.23 do it.
 */
uint64_t cgroup_weight_of_shares(uint64_t shares);

/* An I/O weight of v1 or BFQ (10…1000) as v2's io.weight (1…10000), along a straight line. */
uint64_t cgroup_io_weight(uint64_t weight);

#endif
