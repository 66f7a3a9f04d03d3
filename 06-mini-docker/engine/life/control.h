/* SPDX-License-Identifier: MIT */
/* control: what is done to a container that runs: signals, stopping, waiting, pausing. */
#ifndef ENGINE_CONTROL_H
#define ENGINE_CONTROL_H

#include "engine/store/record.h"

#include <stdbool.h>

enum { CONTROL_FOR_EVER = -1 };

/*
 * Ask it to end by its stop signal (SIGTERM), and end it by SIGKILL when it did not after
 * `timeout_sec` (CONTROL_FOR_EVER: never). It is not started again, whatever its policy says. One
 * that does not run is no error. Returns when all of it has gone. `keep`: it is to be started
 * again, so that --rm does not remove it. What is paused goes on, or it could not end.
 */
int control_stop(const struct store *store, const struct record *record, int timeout_sec, bool keep,
    struct err *err);

/* What --time, --stop-timeout or the default of ten seconds say; `given`: --time's, or NULL. */
int control_timeout(const struct record *record, const int *given);

/* A signal for its first process. SIGKILL, or its own stop signal, and it is not started again,
 * also where it waits for that, and goes on first where it is paused. Errors: it does not run. */
int control_kill(
    const struct store *store, const struct record *record, int signal, struct err *err);

/* Wait until it ends; *ret_status is how. One that does not run is not waited for. */
int control_wait(const struct store *store, const char *id, int *ret_status, struct err *err);

/* Have its monitor hold the ports that it publishes by now, and no others. Without one: nothing. No
 * lock that the monitor may want is held meanwhile. */
void control_ports(const struct store *store, const char *id);

/* After an error of runtime/: where the container has ended meanwhile, that in Docker's words. -1.
 */
int control_explain(const struct store *store, const struct record *record, struct err *err);

/* Errors: it does not run, or is paused already, or is not; no freezer. */
int control_pause(
    const struct store *store, const struct record *record, bool pause, struct err *err);

#endif
