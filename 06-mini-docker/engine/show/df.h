/* SPDX-License-Identifier: MIT */
/* df: how much room the store takes, by kind, and how much of it nobody uses. */
#ifndef ENGINE_DF_H
#define ENGINE_DF_H

#include "engine/store/store.h"

#include <stdint.h>

struct json_object;

struct df_kind {
    const char *name; /* "Images" */
    size_t total, active;
    uint64_t bytes, reclaimable_bytes;
};

enum { DF_IMAGES, DF_CONTAINERS, DF_VOLUMES, DF_CACHE, DF_KINDS };

/*
 * Look at everything: each file of each container and volume. A container is active while it runs,
 * an image or a volume while a container has it. A layer that several images share counts once, and
 * in the build cache only where no image has it; a step is active while an image has its layer.
 */
int df_read(const struct store *store, struct df_kind ret[DF_KINDS], struct err *err);

/*
 * Each of them, with its size: {"Images": [{"Repository": …, "SharedSize": …}], "Containers": [],
 * "Volumes": [], "BuildCache": []}, in Docker's names and words (df_rows.c); and what of the cache
 * no image has. The caller gives *ret back.
 */
int df_rows(const struct store *store, struct json_object **ret, uint64_t *ret_cache_bytes,
    struct err *err);

#endif
