/* SPDX-License-Identifier: MIT */
/* exec_stay: the time of an exec, from its start to its end, and what `events` tells of it. */
#ifndef ENGINE_EXEC_STAY_H
#define ENGINE_EXEC_STAY_H

#include "exec_container.h"

#include "runtime/enter.h"

/* What `events` tells of one exec, a check of health among them. */
struct exec_events {
    const struct store *store;
    const struct record *record;
    const struct exec_options *options; /* NULL of a check */
    char *const *argv;                  /* the program and its arguments, ending with NULL */
    char id[STORE_ID + 1], command[256];
};

/* Choose the exec's ID, and tell of exec_create; then of exec_start, and of exec_die. */
int exec_events_begin(struct exec_events *events, struct err *err);
void exec_events_started(const struct exec_events *events);
void exec_events_ended(const struct exec_events *events, int status);

/*
 * Start it, and stay until it has ended. Returns its exit status. Errors: enter_start's; "read
 * escape sequence", when the person has left it with the detach keys: it goes on then.
 */
int exec_stay(struct enter *enter, const struct exec_events *events, struct err *err);

#endif
