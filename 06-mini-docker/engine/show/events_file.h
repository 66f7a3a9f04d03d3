/* SPDX-License-Identifier: MIT */
/* events_file: the journal of events from its two ends (events.c writes, events_read.c reads). */
#ifndef ENGINE_EVENTS_FILE_H
#define ENGINE_EVENTS_FILE_H

#include "engine/store/store.h"

#include <stdbool.h>
#include <time.h>

struct json_object;

#define EVENTS_NEW "events"
#define EVENTS_OLD "events.1"

/* RUN/events/NAME; the directory is made. */
int events_path(const struct store *store, const char *name, char ret[PATH_MAX], struct err *err);

/*
 * Call `visit` for each event from `since` to `until` in the order they were written, and go on as
 * they come, until `until` has passed or `visit` returns non-zero, which is then returned. `since`
 * NULL: only what comes from now on; `until` NULL: without end. The event is freed after `visit`.
 */
int events_each(const struct store *store, const struct timespec *since,
    const struct timespec *until, int (*visit)(struct json_object *event, void *arg, struct err *),
    void *arg, struct err *err);

#endif
