/* SPDX-License-Identifier: MIT */
/*
 * inside: a child in namespaces of its own that does one thing each time it is told to.
 *
 * The parent says what will be done (a step), lets the child do it, and then looks at the child
 * from outside, in /proc/PID, before it goes on: with both at their turns, what is measured is what
 * the last step made.
 */
#ifndef LAB05_INSIDE_H
#define LAB05_INSIDE_H

#include "spawn.h"
#include "sync.h"

#include <sched.h>
#include <stddef.h>

/* One thing to do in the child. Returns 0, or -1 with *err, which becomes the parent's. */
typedef int inside_act(void *arg, struct err *err);

struct inside {
    struct spawned child;
    struct sync sync;
    int next, acts;
};

/* The namespaces of the containers in this lab. */
enum { INSIDE_CONTAINER = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID };

/*
 * Start the child in these new namespaces (CLONE_NEW*); it does nothing yet. `acts` ends with NULL.
 * With CLONE_NEWUSER its ID maps are written first. `arg` is what every act is given; for an act to
 * answer through it, it must come from inside_shared.
 */
int inside_start(
    struct inside *in, int namespaces, inside_act *const *acts, void *arg, struct err *err);

/* Memory that parent and child share, zeroed; it is given back when the process ends. */
void *inside_shared(size_t size, struct err *err);

/* Let the child do its next act, and wait until it is done. */
int inside_next(struct inside *in, struct err *err);

/* Let it do all that are left. */
int inside_rest(struct inside *in, struct err *err);

/* Let it do the next act, which ends in an exec; 0 once the program runs. */
int inside_exec(struct inside *in, struct err *err);

/* Wait for a program that was started with inside_exec: its status as a shell gives it, or -1. */
int inside_wait(struct inside *in, struct err *err);

/* End the child and everything in its PID namespace. */
void inside_end(struct inside *in);

#endif
