/* SPDX-License-Identifier: MIT */
/* build_fetch: ADD of addresses: fetched first, and then files like any others. */
#ifndef ENGINE_BUILD_FETCH_H
#define ENGINE_BUILD_FETCH_H

#include "engine/images/image_stage.h"

/* True for what ADD would have to fetch. */
bool build_fetch_is_address(const char *word);

/*
 * Fetch each word, all of which are addresses, into a directory of its own, and put the file's name
 * in its place (malloc'ed, as the word was). `checksum`: what the one file must have, or NULL. The
 * caller ends *ret_room and closes *ret_dir, after an error as well. Errors: image_fetch's; an
 * address without a file's name.
 */
int build_fetch(const struct store *store, char **words, const char *checksum,
    struct image_stage *ret_room, int *ret_dir, struct err *err);

#endif
