/* SPDX-License-Identifier: MIT */
/*
 * group: the few lines that every experiment of this lab begins with: a directory in a v1
 * hierarchy, and a process in it. Source: cgroups(7), "Cgroups version 1".
 */
#ifndef LAB02_GROUP_H
#define LAB02_GROUP_H

#include "lab.h"

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The path "<mount point of the subsystem>/<run's id><name>". `name` is "" for the run's own group,
 * "/a" for one below it, "-b" for one beside it. Errors: ERR_SKIP when it is mounted nowhere.
 */
int group_path(const struct run *run, const char *subsystem, const char *name,
    char ret_path[PATH_MAX], struct err *err);

/*
 * mkdir, journalled first. Where two subsystems share a hierarchy their groups are one directory:
 * that it is there already is no error.
 */
int group_make(struct run *run, const char *path, struct err *err);

/*
 * The caller joins the groups, a list of paths that ends with NULL: "0" in `tasks` means the
 * thread that writes. It has the form of proc_spec's setup.
 */
int group_join(void *paths, struct err *err);

/*
 * Fork a child that joins the groups and then calls body(arg), whose result is its exit status.
 * Returns the pid once the child is in all of them, or -1 with the error of its joining.
 */
pid_t group_fork(const char *const *paths, int (*body)(void *arg), void *arg, struct err *err);

/* A body for group_fork: use the CPU and never end; on one CPU only if *cpu, an int, names it. */
int group_spin(void *cpu);

/* The CPU time that a process has used, in nanoseconds; 0 when it is gone. */
uint64_t group_cpu_nsec(pid_t pid);

#endif
