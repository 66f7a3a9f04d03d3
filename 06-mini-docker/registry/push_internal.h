/* SPDX-License-Identifier: MIT */
/* push_internal: what the files push*.c share, and nobody else. */
#ifndef REGISTRY_PUSH_INTERNAL_H
#define REGISTRY_PUSH_INTERNAL_H

#include "engine/images/image_add.h"
#include "engine/images/image_index.h"
#include "progress.h"
#include "remote.h"

/* One push, to one repository. */
struct push {
    const struct store *store;
    const struct image_index *index;
    struct remote *remote;
    struct progress *progress;
};

/* push_find.c: the repository of a row, where it is of this registry and another than this one;
 * else NULL. */
const char *push_other_repository(
    const struct push *push, const struct image_row *row, char ret[IMAGE_REPOSITORY]);

/* Another repository of this registry that should have the layer: one that an image here came from,
 * or went to. */
const char *push_mount_from(
    const struct push *push, const char *digest, char ret[IMAGE_REPOSITORY]);

/* A compressed form of the layer that the store has; only digest and size are filled in. */
bool push_find_compressed(const struct push *push, const char *diff_id, struct image_layer *ret);

/*
 * push_layers.c: see that the registry has all layers of the image, compressed. `carried` becomes
 * what was sent for each: its digest and size; where it was compressed for this, also a path, a new
 * file in the directory `room`. The caller frees the paths.
 */
int push_layers(const struct push *push, const struct image_parts *parts, const char *room,
    struct image_layer carried[IMAGE_LAYERS], struct err *err);

/* A manifest as it is sent. */
struct push_manifest {
    char *text; /* the caller frees it */
    size_t length;
    char digest[DIGEST_TEXT];
};

/*
 * push_keep.c: where a layer was compressed, keep that, have the manifest name it, and the row, of
 * the index too, the manifest; but not where somebody has given the name to another image
 * meanwhile.
 */
int push_keep(const struct push *push, struct image_row *row, const struct image_parts *parts,
    const struct image_layer carried[IMAGE_LAYERS], struct push_manifest *manifest,
    struct err *err);

#endif
