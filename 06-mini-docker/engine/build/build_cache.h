/* SPDX-License-Identifier: MIT */
/*
 * build_cache: what the steps of builds have made: ROOT/build/KEY, a small file for each step.
 *
 *     2026-11-22T03:00:00.123456789Z sha256:…diff-ID… sha256:…chain-ID… 10240
 *
 * Beside them are directories, cache-…: what RUN --mount=type=cache has kept (build_mounts.h).
 *
 * The time is that of the step; the layer's three are "- - 0" for a step that made none. A file is
 * there whole or not at all, and what it says may be out of date: whoever finds it looks whether
 * the layer is there still. A layer that a file names is kept by image_sweep.
 *
 * KEY is a sum of all that the step depends on (build_key_*).
 */
#ifndef ENGINE_BUILD_CACHE_H
#define ENGINE_BUILD_CACHE_H

#include "engine/images/digest.h"
#include "engine/images/image_draft.h"
#include "engine/images/image_remove.h"

#include <stdbool.h>

struct build_result {
    char created[STORE_TIME];
    char diff_id[DIGEST_TEXT], chain[DIGEST_TEXT]; /* "": it made no layer */
    uint64_t size;                                 /* of the layer's archive, which is plain */
    bool directory;                                /* it is no step, but a cache of RUN --mount */
};
#define BUILD_CACHE_DIR "cache-"

/* A sum of texts, each of which ends: "ab", "c" is not "a", "bc". */
struct build_key {
    struct sha256_ctx sum;
};
/* Begin with what a draft is: its configuration and its layers, not when they were made. */
void build_key_begin(struct build_key *key, const struct image_draft *draft);
void build_key_add(struct build_key *key, const char *text);
void build_key_end(struct build_key *key, char ret[DIGEST_TEXT]);

/* True: the step was done before, and what it made is there. */
bool build_cache_find(const struct store *store, const char *key, struct build_result *ret);

/* Write it down. The caller holds image_guard since before the layer was there. */
int build_cache_keep(
    const struct store *store, const char *key, const struct build_result *result, struct err *err);

/* Call visit for each, directories too, until it returns non-zero, which is then returned; `result`
 * is NULL where a file says nothing: the power was lost. */
int build_cache_each(const struct store *store,
    int (*visit)(const char *key, const struct build_result *result, void *arg, struct err *err),
    void *arg, struct err *err);

/* Forget the steps that `wanted` agrees to, which gets removal->arg, and remove the layers that
 * only they had. removal->deleted is told the keys. */
int build_cache_prune(const struct store *store, struct image_removal *removal,
    bool (*wanted)(const struct build_result *result, void *arg), struct err *err);

#endif
