/* SPDX-License-Identifier: MIT */
/*
 * mounts: what is mounted in a container beside Docker's default list: -v, --mount, --tmpfs, the
 * image's VOLUMEs, and the three files that the engine writes (hostname, hosts, resolv.conf).
 */
#ifndef ENGINE_MOUNTS_H
#define ENGINE_MOUNTS_H

#include "engine/store/record.h"
#include "runtime/spec.h"

struct mounts {
    struct spec_mount *items; /* the defaults and the record's, in the order they are made */
    size_t count;
    bool shared; /* one is: mounts in it go both ways */
    struct mounts_memory *memory;
};

/*
 * Judge "SRC:DST[:OPTS]", --mount's and --tmpfs's words: create.c calls it, so that `create`
 * refuses what `start` could not do. Errors: ERR_USAGE, in Docker's words.
 */
int mounts_check(const struct record *record, struct err *err);

/*
 * Make what is needed on the host (volumes on first use, with what the image has at that place
 * copied up; `lower` as in image.h, or NULL) and list all mounts. The caller gives *ret back.
 * Errors: a bind's source that is not there, with its path.
 */
int mounts_prepare(const struct store *store, const struct record *record, const char *lower,
    struct mounts *ret, struct err *err);

/* Remove the anonymous volumes of a container: `rm -v`, and --rm. */
int mounts_forget(const struct store *store, const struct record *record, struct err *err);

void mounts_free(struct mounts *mounts);

#endif
