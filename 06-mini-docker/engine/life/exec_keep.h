/* SPDX-License-Identifier: MIT */
/* exec_keep: the parent of an added program that its command may leave. */
#ifndef ENGINE_EXEC_KEEP_H
#define ENGINE_EXEC_KEEP_H

#include "exec_stay.h"

/*
 * Have a keeper start the program, with the terminal's socket as enter says. *ret_socket leads to
 * the keeper, and the caller closes it; enter->process has the program's pidfd, and is no child of
 * ours. Errors: enter_start's.
 */
int exec_keep(
    struct enter *enter, const struct exec_events *events, int *ret_socket, struct err *err);

/* Start it and leave at once; a keeper waits for its end, to tell of it. Returns 0. */
int exec_detach(struct enter *enter, const struct exec_events *events, struct err *err);

/* After the program's end, which the keeper has told of: its exit status, or -1: the keeper is
 * gone. */
int exec_keep_wait(int socket, struct err *err);

/* Leave: the keeper reads the terminal from now on. */
int exec_keep_terminal(int socket, int master, struct err *err);

#endif
