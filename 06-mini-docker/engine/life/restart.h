/* SPDX-License-Identifier: MIT */
/* restart: whether a container that has ended is started again, and when. */
#ifndef ENGINE_RESTART_H
#define ENGINE_RESTART_H

#include "engine/store/record.h"
#include "engine/store/status.h"

/* What is remembered from one end to the next; zeros at first. */
struct restart {
    int64_t delay_msec;
    unsigned failures; /* how often it was started again for on-failure */
};

/*
 * How many milliseconds to wait before it is started again, or -1: it is not. `lived_msec`: how
 * long this life was.
 */
int64_t restart_delay(struct restart *restart, const struct record_host *host,
    const struct status *status, int64_t lived_msec);

#endif
