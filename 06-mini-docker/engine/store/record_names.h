/* SPDX-License-Identifier: MIT */
/* record_names: which container has a name: ROOT/names/NAME -> ID. The caller holds the lock of
 * "names" wherever something changes. */
#ifndef ENGINE_RECORD_NAMES_H
#define ENGINE_RECORD_NAMES_H

#include "record.h"

/* Docker's: [a-zA-Z0-9][a-zA-Z0-9_.-]+, and no longer than a file's name. */
bool record_name_is_valid(const char *name);

/*
 * Give the name to the container, which need not be there yet. A name whose container is gone, or
 * has another name by now, is free. Errors: EEXIST with Docker's words.
 */
int record_name_take(const struct store *store, const char *name, const char *id, struct err *err);

/* Give it back, if it is this container's. */
void record_name_free(const struct store *store, const char *name, const char *id);

/* The container that has this name. False: none. */
bool record_name_owner(const struct store *store, const char *name, char ret_id[STORE_ID + 1]);

#endif
