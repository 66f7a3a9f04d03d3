/* SPDX-License-Identifier: MIT */
/* health_log: the last checks of a container's health, as `inspect` shows them in State.Health.Log.
 */
#ifndef ENGINE_HEALTH_LOG_H
#define ENGINE_HEALTH_LOG_H

#include "engine/store/store.h"

struct json_object;

/* One check; `output` in UTF-8 or not, as the program wrote it. */
struct health_entry {
    char start[STORE_TIME], end[STORE_TIME];
    int exit_code; /* -1: it could not begin, or took too long */
    char output[4096];
};

/* Add one; the oldest goes. What has no room on the disk is not there. */
void health_log_add(const struct store *store, const char *id, const struct health_entry *entry);

/* A new life: there were none. */
void health_log_clear(const struct store *store, const char *id);

/* Those there are, the oldest first; a list for the caller to put. */
struct json_object *health_log(const struct store *store, const char *id);

#endif
