/* SPDX-License-Identifier: MIT */
/* tree: the processes of a group, with the number that each has outside and inside. */
#ifndef LAB04_TREE_H
#define LAB04_TREE_H

#include "cgroup.h"
#include "report.h"

/* A process as /proc/PID/status tells of it. */
struct process {
    pid_t pid, parent;   /* as we see them */
    pid_t inside;        /* the last number of NSpid: in its own PID namespace */
    uint64_t anon_bytes; /* RssAnon: memory that it alone fills, no files */
    char name[24];
};

/* Errors: it is gone. Source: proc_pid_status(5). */
int process_read(pid_t pid, struct process *ret, struct err *err);

/* The processes in the group, `most` at the most. Returns how many. */
int group_processes(const struct cgroup *group, struct process *ret, int most);

/* Print `root` and those below it, each below its parent. */
void tree_print(struct report *r, const struct process *all, int count, pid_t root);

/* How many processes the /proc shows that is mounted at `proc`. */
uint64_t proc_count(const char *proc);

#endif
