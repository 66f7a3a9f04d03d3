/* SPDX-License-Identifier: MIT */
/*
 * child: a process in namespaces of its own that takes turns with its parent.
 *
 *     parent                         child
 *     child_start  ----------------> main() begins
 *          returns <---------------- child_turn()    measured something, waits
 *     … looks at it from outside …
 *     child_next   ----------------> goes on
 *          returns <---------------- child_turn(), the end, or a successful exec
 *     child_end                      is let go and waited for
 *
 * What the child measures goes through memory from child_memory(). This is the lab's own
 * scaffolding; the clone(2) in child.c is the only part of it that the lab is about.
 */
#ifndef LAB01_CHILD_H
#define LAB01_CHILD_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int fd;              /* of a socketpair: a byte in each direction is a turn; close-on-exec */
    struct err *failure; /* shared: what the child could not do */
};

/* Runs in the child. 0 or -1 with *err, which then is child_start's or child_next's error. */
typedef int child_main(struct child *self, void *arg, struct err *err);

/* Memory that a process and the children it has later all see; zeroed, never freed. NULL: errno. */
void *child_memory(size_t size);

/* CLONE_NEWUSER for an ordinary user, who gets the right to make the others from it; 0 for root. */
int child_user_flag(void);

/*
 * Clone a child into new namespaces (0 for none) and run main() in it until its first turn. With
 * CLONE_NEWUSER its root is the caller. It is killed when its parent dies.
 */
int child_start(struct child *child, int flags, child_main *main, void *arg, struct err *err);

/* In the child: say that a turn is done and wait for the next. */
void child_turn(struct child *self);

/* Let the child do its next turn. */
int child_next(struct child *child, struct err *err);

/* Let the child end, which child_turn does for it, and wait. */
int child_end(struct child *child, struct err *err);

/* End it with SIGKILL, in whatever it is. */
void child_kill(struct child *child);

/* Room for what child_status writes. */
enum { CHILD_STATUS = 96 };

/* What /proc/PID/status says behind "KEY:", with one space for each run of tabs; "" if nothing. */
char *child_status(pid_t pid, const char *key, char buf[CHILD_STATUS]);

#endif
