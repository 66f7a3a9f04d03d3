/* SPDX-License-Identifier: MIT */
/* change: what can be changed of a container that is there: its name, its limits, its policy. */
#ifndef ENGINE_CHANGE_H
#define ENGINE_CHANGE_H

#include "engine/create/create_options.h"
#include "engine/store/record.h"

/* Errors: no such container; the new name is not one, or in use. */
int change_name(const struct store *store, const char *word, const char *name, struct err *err);

/*
 * Of `options` only the limits and the restart policy count. One that runs has the new limits at
 * once, and if the kernel refuses one, nothing is changed. Errors: ERR_USAGE, as of create; the
 * kernel's.
 */
int change_limits(const struct store *store, const char *word, const struct create_options *options,
    struct err *err);

#endif
