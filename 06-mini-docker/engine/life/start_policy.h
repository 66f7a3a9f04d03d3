/* SPDX-License-Identifier: MIT */
/* start_policy: what a restart policy means after the machine has been restarted. */
#ifndef ENGINE_START_POLICY_H
#define ENGINE_START_POLICY_H

#include "engine/store/record.h"

/*
 * Start each container that is to run whatever happened, the oldest first, since a younger one may
 * be in its network: `always`, and `unless-stopped` if it was not stopped by hand. What was never
 * started is not, nor is on-failure: the machine's end was no failure of the program (docker run,
 * "Restart policies"). All are tried; `tell` hears of each, failure NULL: it runs. Errors: the
 * containers cannot be listed.
 */
int start_policy(const struct store *store,
    void (*tell)(const struct record *record, const struct err *failure, void *arg), void *arg,
    struct err *err);

#endif
