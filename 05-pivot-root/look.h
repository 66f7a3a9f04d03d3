/* SPDX-License-Identifier: MIT */
/* look: what a process has as its root, seen from outside in /proc/PID; pid 0 is the caller. */
#ifndef LAB05_LOOK_H
#define LAB05_LOOK_H

#include "err.h"

#include <stdbool.h>
#include <sys/types.h>

/* "EROFS", or "ok" for 0. */
const char *errno_name(int code);

enum { LOOK_ID = 48 };

/* Which directory the process has as its /: "254:0 inode 2", from stat(2) of /proc/PID/root/. */
int look_root(pid_t pid, char ret_id[LOOK_ID], struct err *err);

/* The same of a directory given by path. */
int look_dir(const char *path, char ret_id[LOOK_ID], struct err *err);

/* How many processes this procfs shows: the directories in it that are numbers. */
int look_numbers(const char *proc, struct err *err);

/* How many processes the /proc of that process shows. */
int look_processes(pid_t pid, struct err *err);

/* The process's own number in the innermost PID namespace that it is in. */
int look_pid_inside(pid_t pid, struct err *err);

/* How many of the mounts below its / are of the file system that is the caller's /. -1 on error. */
int look_host_mounts(pid_t pid, struct err *err);

/* How many mounts there are below its /, and how many of them at or below the path `point`. */
int look_mounts(pid_t pid, const char *point, struct err *err);

#endif
