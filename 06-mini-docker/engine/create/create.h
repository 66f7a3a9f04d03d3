/* SPDX-License-Identifier: MIT */
/*
 * create: from words to a container that can be started: a record in the store, and nothing else.
 */
#ifndef ENGINE_CREATE_H
#define ENGINE_CREATE_H

#include "create_options.h"
#include "engine/images/image.h"
#include "engine/store/record.h"

/* A container that was made a moment ago, with what `run` would else have to read again. */
struct created {
    struct record record;
    struct image image; /* zeros with --rootfs */
};

/*
 * Judge all the words, choose the ID and, without --name, a name; write the record and --cidfile.
 * The caller gives *ret back with created_free, after an error as well. Errors: ERR_USAGE for a
 * word that is refused, in Docker's words; "Unable to find image" with err->code ENOENT; a name
 * that is in use.
 */
int create(const struct store *store, const struct create_options *options, struct created *ret,
    struct err *err);

/*
 * The same of an image that the caller has and that no index names yet: a step of a build. The
 * first word of options->argv is only what `ps` shows. *image is taken over; the caller sees to it
 * that its layers stay (image_guard). The caller holds the container (monitor_options), with --rm.
 */
int create_of(const struct store *store, const struct create_options *options, struct image *image,
    struct created *ret, struct err *err);

/* Safe on a zeroed struct. */
void created_free(struct created *created);

#endif
