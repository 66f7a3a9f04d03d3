/* SPDX-License-Identifier: MIT */
/*
 * state: what is kept of a container on disk, ROOT/ID/, so that the next command finds it.
 *
 *     journal        what to undo, each line written before the thing is made (common/undo.h)
 *     config.json    as it was when the container was created
 *     state.json     written whole, once there is a process; without it the container is "creating"
 *     start, result  FIFOs: the container waits at `start`, and says on `result` why it failed
 *
 * Whether it runs is never written down: it is asked of the kernel each time, so no crash can make
 * it wrong.
 */
#ifndef RUNTIME_STATE_H
#define RUNTIME_STATE_H

#include "cgroup.h"
#include "err.h"
#include "sync.h"
#include "undo.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum { STATE_ID_MAX = 255 };

enum state_status {
    STATE_CREATING,
    STATE_CREATED,
    STATE_RUNNING,
    STATE_PAUSED,
    STATE_STOPPED,
};

/* "creating", "created", … as the OCI's runtime.md, "State", has them. */
const char *state_status_name(enum state_status status);

struct state {
    char id[STATE_ID_MAX + 1];
    char dir[PATH_MAX]; /* ROOT/ID */
    int lock;           /* the directory, flock'ed; -1: not held */
    bool damaged;       /* state.json cannot be read: only the journal is left to go by */

    /* from state.json */
    pid_t pid;
    unsigned long long start_time; /* of pid: proc_start_time */
    char bundle[PATH_MAX];
    char rootfs[PATH_MAX];
    char created[40];    /* RFC 3339, "2026-11-22T03:00:00.123456789Z" */
    char owner[32];      /* user name or number of who made it */
    struct cgroup group; /* its paths; open with cgroup_open before use */
};

/* The root directory where the command line names none: /run/mini-runc, or for an ordinary user
 * $XDG_RUNTIME_DIR/mini-runc or /tmp/mini-runc-UID. */
int state_default_root(char ret[PATH_MAX], struct err *err);

/* An ID is 1 to 255 letters, digits, and _ + - . but neither "." nor "..": it becomes a file name.
 */
int state_check_id(const char *id, struct err *err);

/*
 * Make ROOT/ID with the lock held and an open journal. Errors: ERR_USAGE for the ID; EEXIST, a
 * container of this ID exists. The caller ends with state_close, or state_remove to give up.
 */
int state_create(
    const char *root, const char *id, struct state *ret, struct undo *ret_undo, struct err *err);

/*
 * Make the two FIFOs and open them for the child that will be held; and, once it is held, let them
 * be found: from then on the container is "created".
 */
int state_make_fifos(const struct state *state, struct sync *ret_child_side, struct err *err);
int state_ready(const struct state *state, struct err *err);

/* It is made, and no longer "creating"; gives the lock back. */
void state_made(struct state *state, const struct undo *undo);

/* Write state.json. */
int state_save(const struct state *state, struct err *err);

/*
 * Read it. A container that is being created has pid 0. `lock`: wait for the lock, 10 s at most.
 * Errors: ERR_NOT_FOUND, no such container; and with ret->damaged, state.json cannot be read: the
 * lock is held all the same, for state_remove. state_close after any error.
 */
int state_load(const char *root, const char *id, bool lock, struct state *ret, struct err *err);

/* Ask the kernel. */
enum state_status state_status(const struct state *state);

/* True when the freezer has stopped its processes. */
bool state_is_paused(const struct state *state);

/*
 * A descriptor for the container's first process, which cannot be another process that got the same
 * pid: the start time is compared after the descriptor was opened. Errors: it has ended (ESRCH).
 */
int state_pidfd(const struct state *state, int *ret_pidfd, struct err *err);

/* The sync of `start`: tell the held process to go on, and wait for its exec. ERR_SYS: none waits.
 */
int state_release(const struct state *state, struct err *err);

/*
 * End what is left and undo all, from the journal: processes, groups, then the directory itself.
 * Works on whatever a killed runtime left. Takes the lock with it.
 */
int state_remove(struct state *state, struct err *err);

/*
 * Remove the directory alone, when all that its journal names is gone already; takes the lock for
 * it. No error when somebody else has removed it.
 */
int state_forget(struct state *state, struct err *err);

/* Give the lock and the descriptors back. Safe to call twice. */
void state_close(struct state *state);

/* Call visit for each container below root until it returns non-zero, which is then returned. */
int state_each(const char *root, int (*visit)(const struct state *state, void *arg), void *arg,
    struct err *err);

#endif
