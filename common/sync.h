/* SPDX-License-Identifier: MIT */
/*
 * sync: parent and child take turns, through a pair of pipes.
 *
 *     parent                               child
 *     sync_open, fork, sync_parent         sync_child
 *     … writes the limits …                sync_wait   (blocks)
 *     sync_signal  ----------------------> goes on
 *     sync_wait    <---------------------- sync_signal, or sync_fail with its whole error
 *
 * When one side dies, the other's sync_wait fails rather than hangs, and its sync_signal is no
 * SIGPIPE. All ends are close-on-exec, so a successful exec also ends a wait (see sync_wait_exec).
 * Source: pipe(7).
 */
#ifndef COMMON_SYNC_H
#define COMMON_SYNC_H

#include "err.h"

struct sync {
    int in;       /* from the peer; -1 when closed, as each of these */
    int out;      /* to the peer */
    int peer_in;  /* where the peer reads what `out` writes: kept open, see sync.c */
    int peer_out; /* what the peer writes to: closed by sync_parent and sync_child */
};

#define SYNC_NONE                                                                                  \
    {                                                                                              \
        -1, -1, -1, -1                                                                             \
    } /* before sync_open */

/* Make both pipes, before the fork. */
int sync_open(struct sync *sync, struct err *err);

/*
 * After the fork, in the parent and in the child. A child that shares the parent's memory (CLONE_VM
 * or a thread) must work on a copy of the struct.
 */
void sync_parent(struct sync *sync);
void sync_child(struct sync *sync);

/* Tell the peer to go on. */
int sync_signal(struct sync *sync, struct err *err);

/* Tell the peer that this side failed, with the whole error. Never fails itself. */
void sync_fail(struct sync *sync, const struct err *failure);

/* Block until the peer signals. Errors: the peer's own error, or that it ended without a word. */
int sync_wait(struct sync *sync, struct err *err);

/* As sync_wait, but the peer's end closing counts as success: its exec worked. */
int sync_wait_exec(struct sync *sync, struct err *err);

/* Close what is open. Safe to call twice. */
void sync_close(struct sync *sync);

#endif
