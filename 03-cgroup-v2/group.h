/* SPDX-License-Identifier: MIT */
/*
 * group: making a cgroup v2 group, writing its files, and putting processes into it.
 *
 * It is thin on purpose: a group is a directory, a limit is a file, and an experiment reads and
 * writes those itself, with fsio and g.path. What is here is what every experiment repeats: the
 * journal, the controllers switched on in the parent, and printing each write as it is made.
 *
 *     struct group g;
 *     group_make(run, "", "cpu", &g, err);                   // .../cgroup.subtree_control <- +cpu
 *                                                            // mkdir .../labs-7f3a
 *     group_set(run, &g, err, "cpu.max", "50000 100000");    // cpu.max <- 50000 100000
 *     pid = group_busy(&g, GROUP_ANY_CPU, err);
 *     fsio_read_key(g.path, "cpu.stat", "usage_usec", &usec, err);
 *
 * Source: Documentation/admin-guide/cgroup-v2.rst in the kernel's tree; cgroups(7).
 */
#ifndef LAB03_GROUP_H
#define LAB03_GROUP_H

#include "lab.h"

#include <sys/types.h>

enum { GROUP_ANY_CPU = -1 };

struct group {
    char path[256];   /* the group's directory */
    char parent[256]; /* the directory above it */
    const char *name; /* the last part of path */
};

/*
 * Make "<run id><suffix>" below the host's v2 parent (host_v2_parent), with these controllers
 * ("cpu memory", or "" for none) switched on in the parent's cgroup.subtree_control first. Both are
 * journalled before they are done, and printed. Two groups of one run need different suffixes: "",
 * "-a".
 * Errors: mkdir(2)'s; ERR_SKIP when the parent holds processes, and so cannot pass a controller
 * down.
 */
int group_make(struct run *run, const char *suffix, const char *controllers, struct group *ret,
    struct err *err);

/*
 * Make the group `name` below another, which must hold no process when `controllers` are to be
 * switched on in it. Printed; the journal's line of the group above covers it.
 */
int group_make_below(struct run *run, const struct group *above, const char *name,
    const char *controllers, struct group *ret, struct err *err);

/* Write a file of the group and print "cpu.max <- 50000 100000" under the current step. */
int group_set(struct run *run, const struct group *g, struct err *err, const char *file,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * As group_set, but a refusal is no error: returns 0 or the errno that the kernel answered, and
 * prints it: "cgroup.procs <- 4121: EBUSY".
 */
int group_try(struct run *run, const struct group *g, const char *file, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Error ERR_SKIP when the group has no such file. `why` says when it would: "Linux 5.14 and later".
 */
int group_require(const struct group *g, const char *file, const char *why, struct err *err);

/*
 * Wait until no other run of this lab measures CPU time or changes who has which CPU: two of them
 * would measure each other. The kernel gives the turn to the next when we end. g is one of
 * group_make's.
 */
int group_take_turn(struct run *run, const struct group *g, struct err *err);

/* The processes in a group's directory, as "4121 (sleep), 4122 (sh)". Returns ret. */
char *group_members(const char *dir, char *ret, size_t size);

/* How an errno is printed: "ok" for 0, else its name. */
const char *group_answer(int code);

/*
 * Move the caller into the group: "0" in cgroup.procs means whoever writes it. Its signature is
 * that of proc_spec.setup (common/proc.h), where it runs in the child before exec: the program
 * never runs an instruction outside the group. `group` is a const struct group *.
 */
int group_join(void *group, struct err *err);

/* fork(2) with group_join in the child: it dies with its parent, gets 0, and must _exit(). */
pid_t group_fork(const struct group *g, struct err *err);

/* A process in the group that spins for ever, on this CPU alone or on any. Dies with its parent. */
pid_t group_busy(const struct group *g, int cpu, struct err *err);

/* A process in the group that sleeps for ever. Dies with its parent. */
pid_t group_sleeper(const struct group *g, struct err *err);

/* Start a program in the group, silent. The caller has to proc_wait or proc_end it. */
int group_start(const struct group *g, const char *const *argv, pid_t *ret_pid, struct err *err);

/* rmdir the group now; tries again while its last process is still being taken apart (EBUSY). */
int group_remove(const struct group *g, struct err *err);

#endif
