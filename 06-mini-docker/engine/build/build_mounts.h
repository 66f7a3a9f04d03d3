/* SPDX-License-Identifier: MIT */
/* build_mounts: RUN --mount: what a step sees and its layer has not. */
#ifndef ENGINE_BUILD_MOUNTS_H
#define ENGINE_BUILD_MOUNTS_H

#include "build_internal.h"

enum { BUILD_MOUNTS_MOST = 32 };

struct build_mounts {
    struct opt_list words; /* as --mount of run has it */
    char *targets[BUILD_MOUNTS_MOST];
    int locks[BUILD_MOUNTS_MOST]; /* of type=cache: while they are open, no prune takes it */
    struct build_mount_later {
        char *lower; /* a stage's or an image's layers, whose name is `from`; NULL: the context */
        char *from, *source, *target;
        bool write;
    } later[BUILD_MOUNTS_MOST]; /* of type=bind: what is copied first */
    size_t count, locks_count, later_count;
};

/*
 * Read the --mounts of a RUN: bind (of the context, a stage, an image), cache, tmpfs, secret. What
 * they bring that is not in the words goes into the key; but for caches and secrets, which must not
 * decide what comes out. build_mounts_free even after an error. Errors: ERR_USAGE, in the words.
 */
int build_mounts_of(
    const struct build_at *at, struct build_key *key, struct build_mounts *ret, struct err *err);
void build_mounts_free(struct build_mounts *mounts);

/* What has to be copied, into the directory `room`. */
int build_mounts_fill(
    const struct build_at *at, struct build_mounts *mounts, const char *room, struct err *err);

/* See that the stage is built that a --mount says `from`. */
int build_mounts_need(const struct build_at *at, const char *text, struct err *err);

/* One more: this text as a program, whose file is in the directory `room`. */
int build_mounts_script(struct build_mounts *mounts, const char *room, const char *text,
    const char *target, struct err *err);

/* Take the places that were made for them out of an open upper directory, where they are empty and
 * the image has none. */
void build_mounts_forget(const struct build_mounts *mounts, int upper, int image_root);

#endif
