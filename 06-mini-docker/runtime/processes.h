/* SPDX-License-Identifier: MIT */
/* processes: what runs in a container, as ps(1) shows it, by the numbers on the host. */
#ifndef RUNTIME_PROCESSES_H
#define RUNTIME_PROCESSES_H

#include "state.h"

struct processes {
    pid_t *items;
    size_t count;
};

/*
 * The container's processes, by its group, or without one by its PID namespace: those that joined
 * later too. The caller frees ret->items. Errors: ERR_SKIP, it has neither.
 */
int processes_read(const struct state *state, struct processes *ret, struct err *err);

/*
 * What ps(1) says of them: the line of titles, then a line each. `options` are ps's, ending with
 * NULL; none: -ef. Malloc'ed; NULL on error: ps is not there or refuses the options, it shows no
 * column PID.
 */
char *processes_show(const struct processes *processes, char *const options[], struct err *err);

#endif
