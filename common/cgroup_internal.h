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
    CG_BLKIO = 1 << 7,
};

struct cgroup_controller {
    const char *name;
    unsigned bit;
    bool in_v2; /* v2 has a controller of this name */
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
    int (*set)(const struct cgroup *group, const struct cgroup_limits *limits, struct err *err);
    int (*join)(const struct cgroup *group, struct err *err);
    void (*read)(const struct cgroup *group, struct cgroup_usage *ret);
};

extern const struct cgroup_ops cgroup_v1_ops, cgroup_v2_ops;

/*
 * Each fills ret's ops, path (the parents' only), base, controllers and paths. They may find no
 * place, and then leave ret->paths 0 with the cause in *err (ERR_SKIP).
 */
void cgroup_v1_plan(const struct host_cgroup_mount *mounts, int count, const char *name,
    unsigned needed, struct cgroup *ret, struct err *err);
void cgroup_v2_plan(const char *mount_point, const char *name, unsigned needed, struct cgroup *ret,
    struct err *err);

/* The controllers of a v1 hierarchy, and those that a file of a v2 group lists, as bits. */
unsigned cgroup_v1_controllers(const struct host_cgroup_mount *mount);
unsigned cgroup_v2_controllers(const char *dir, const char *file);

/* True when we may make a group of this name (which begins with a slash) below the mount point:
 * the lowest level that is there decides. */
bool cgroup_may_make(const char *mount_point, const char *name);

/* ERR_USAGE unless the name's words are all words: it must not lead to a group of somebody else. */
int cgroup_check_name(const char *name, struct err *err);

/* Fill *err: the directory is there, and we did not make it. */
int cgroup_is_there(const char *path, struct err *err);

/* A group with nothing open. */
void cgroup_init(struct cgroup *group);

/*
 * The next level of path[index] after `length` bytes, cut out of it: path/to/here. Returns its
 * length, or 0 when `length` was the last level's. At first `length` is base[index].
 */
size_t cgroup_next_level(const struct cgroup *group, int index, size_t length, char ret[256]);

/* The names of these controllers with a space between, as in "cpu memory". */
void cgroup_names(unsigned bits, char ret[96]);

#endif
