/* SPDX-License-Identifier: MIT */
/* cgroup_internal: what the files cgroup*.c share. Nobody else includes it. */
#ifndef COMMON_CGROUP_INTERNAL_H
#define COMMON_CGROUP_INTERNAL_H

#include "cgroup.h"
#include "host.h"

/* Bits of struct cgroup's `controllers` and `needed`. */
enum {
    CG_CPU = 1 << 0,
    CG_CPUACCT = 1 << 1, /* v1 only */
    CG_CPUSET = 1 << 2,
    CG_MEMORY = 1 << 3,
    CG_PIDS = 1 << 4,
    CG_FREEZER = 1 << 5, /* v1 only, as the next two: v2 does these without a controller */
    CG_DEVICES = 1 << 6,
    CG_BLKIO = 1 << 7, /* "io" on v2 */
    CG_HUGETLB = 1 << 8,
    CG_RDMA = 1 << 9,
    CG_NET_CLS = 1 << 10, /* v1 only, as the next */
    CG_NET_PRIO = 1 << 11,
    /* These cost a directory more on v1, and few ask for them: only on demand. */
    CG_ON_DEMAND = CG_HUGETLB | CG_RDMA | CG_NET_CLS | CG_NET_PRIO,
};

struct cgroup_controller {
    const char *name; /* v1's */
    unsigned bit;
    const char *v2_name; /* NULL: v2 has no such controller */
};

/* Ends with a row whose name is NULL. */
extern const struct cgroup_controller cgroup_controllers[];

struct cgroup_ops {
    /*
     * `child` has just been made below `parent`, or stood there already (made is false): what this
     * version asks for between the two.
     */
    int (*level)(struct cgroup *group, int index, const char *parent, const char *child, bool made,
        struct err *err);
    /* v2: the controllers that the parent's subtree_control lacks, as bits. NULL on v1. */
    unsigned (*missing)(const struct cgroup *group, const char *parent);
    int (*open)(struct cgroup *group, struct err *err);
    int (*join)(const struct cgroup *group, struct err *err);
    void (*read)(const struct cgroup *group, struct cgroup_usage *ret);
    const char *oom_file; /* of the memory controller: where its key oom_kill is */
};

extern const struct cgroup_ops cgroup_v1_ops, cgroup_v2_ops;

/*
 * Each fills ret's ops, path (the parents' only), base, controllers and paths, and reads
 * ret->needed for it. They may find no place, and then leave ret->paths 0 with the cause in *err
 * (ERR_SKIP).
 */
void cgroup_v1_plan(const struct host_cgroup_mount *mounts, int count, const char *name,
    struct cgroup *ret, struct err *err);
void cgroup_v2_plan(const char *mount_point, const char *name, struct cgroup *ret, struct err *err);

/* The controllers of a v1 hierarchy, and those that a file of a v2 group lists, as bits. */
unsigned cgroup_v1_controllers(const struct host_cgroup_mount *mount);
unsigned cgroup_v2_controllers(const char *dir, const char *file);

/*
 * Hand more controllers down to a group that is there, through every level above it, as bits: an
 * update asks for what was not needed before. Errors: ERR_SYS, with the level that refuses.
 */
int cgroup_v2_enable(struct cgroup *group, unsigned needed, struct err *err);

/* True when we may make a group of this name (which begins with a slash) below the mount point:
 * the lowest level that is there decides. */
bool cgroup_may_make(const char *mount_point, const char *name);

/* ERR_USAGE unless the name's words are all words: it must not lead to a group of somebody else. */
int cgroup_check_name(const char *name, struct err *err);

/* Fill *err: the directory is there, and we did not make it. */
int cgroup_is_there(const char *path, struct err *err);

/* A line of this kind for each of the group's directories. */
int cgroup_journal_paths(
    struct cgroup *group, enum undo_kind kind, struct undo *undo, struct err *err);

/* A group with nothing open. */
void cgroup_init(struct cgroup *group);

/*
 * The next level of path[index] after `length` bytes, cut out of it: path/to/here. Returns its
 * length, or 0 when `length` was the last level's. At first `length` is base[index].
 */
size_t cgroup_next_level(const struct cgroup *group, int index, size_t length, char ret[256]);

/* The hint where no group may be made: for root of a user namespace its own, else this; NULL: none.
 */
void cgroup_hint_root(struct err *err, const char *others);

/* The names of these controllers with a space between, as in "cpu memory". */
void cgroup_names(unsigned bits, bool v2, char ret[96]);

/* cgroup_path for one bit. */
const char *cgroup_dir(const struct cgroup *group, unsigned bit);

/* cgroup_set.c: the controllers that the limits ask for, in this version. */
unsigned cgroup_needed(const struct cgroup_limits *limits, bool v2);

/*
 * Write a number into a file of the controller's directory; UINT64_MAX as the kernel's word for "no
 * limit" there. `err` says the file, the value, the kernel's answer and, where it can be seen, why.
 */
int cgroup_write_number(
    const struct cgroup *group, unsigned bit, const char *file, uint64_t value, struct err *err);

/* The same for any text, and without a word on the cause. */
int cgroup_write_text(const struct cgroup *group, unsigned bit, const char *file, struct err *err,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Limits of which one depends on another, or that are lists: cgroup_set_cpu.c, cgroup_set_memory.c,
 * cgroup_set_io.c, cgroup_set_named.c. */
int cgroup_set_bandwidth(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_memory(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_swappiness(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_io(const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_hugepages(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_priorities(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_rdma(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
int cgroup_set_unified(
    const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);

#endif
