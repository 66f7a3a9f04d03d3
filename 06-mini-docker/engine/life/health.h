/* SPDX-License-Identifier: MIT */
/*
 * health: whether a container's program does what it is for, asked by a command that runs inside
 * now and then (--health-cmd, HEALTHCHECK). The monitor asks; a helper of it, which is a fork for
 * the time of one check, waits for the answer.
 */
#ifndef ENGINE_HEALTH_H
#define ENGINE_HEALTH_H

#include "engine/store/record.h"
#include "engine/store/status.h"
#include "engine/translate/translate.h"

/* Its checks, from one to the next. */
struct health {
    const struct record_health *asked; /* NULL: none */
    const char *frozen_file;           /* of its group, once that is there: the caller's status */
    int64_t began_msec, due_msec;      /* of this life; of the next check */
    int answer;                        /* where a running check tells its result; -1: none runs */
    pid_t helper;
};

/* At the start of a life, by now_msec of a clock that the caller reads. *status stays the caller's,
 * and lives as long. */
void health_begin(struct health *health, const struct store *store, const struct record *record,
    int64_t now_msec, struct status *status);

/* Milliseconds until the next check is due; -1: none is. */
int health_wait(const struct health *health, int64_t now_msec);

/* Start the check that is due. What cannot be started has failed. A paused container is not asked,
 * and what it was asked before does not count. */
void health_check(struct health *health, const struct store *store, const struct record *record,
    const struct translation *translation, int64_t now_msec);

/* health->answer is readable: take it. True: *status has changed. */
bool health_take(struct health *health, int64_t now_msec, struct status *status);

/* At the end of a life; safe without a beginning. */
void health_end(struct health *health);

#endif
