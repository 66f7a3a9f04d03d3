/* SPDX-License-Identifier: MIT */
/* removal: the end of a container in the store: `rm`, and --rm. */
#ifndef ENGINE_REMOVAL_H
#define ENGINE_REMOVAL_H

#include "engine/store/record.h"

enum {
    REMOVAL_VOLUMES = 1, /* its anonymous volumes, too */
    REMOVAL_ENDED = 2,   /* it is its monitor that asks, and has given back what its life had */
};

/*
 * Remove a container and all that is its own: its process and monitor, where they still live; its
 * network's addresses, its directory, its name. Whether it may go is the caller's to judge; the
 * caller has its lock, or is its monitor, which is spared. From the first step on it is gone for
 * everybody else, and removal_finish ends what was begun.
 */
int removal(
    const struct store *store, const struct record *record, unsigned flags, struct err *err);

/* Give back what a life leaves whose monitor was killed: process, groups, addresses, socket. */
int removal_of_life(const struct store *store, const struct record *record, struct err *err);

/*
 * The container that the word means, where it may go: one that runs or is paused only with `force`.
 * Errors: it runs (EBUSY), there is none (ENOENT).
 */
int removal_word(
    const struct store *store, const char *word, bool force, bool volumes, struct err *err);

/* End the removals that a killed command left halfway. */
void removal_finish(const struct store *store);

#endif
