/* SPDX-License-Identifier: MIT */
/*
 * image_list: what the store's images are to whoever looks: rows for `images`, the steps for
 * `history`, the whole for `image inspect`. All as JSON, in Docker's names (engine/show/table.h
 * shows it).
 */
#ifndef ENGINE_IMAGE_LIST_H
#define ENGINE_IMAGE_LIST_H

#include "image_index.h"
#include "image_manifest.h"

#include <time.h>

struct json_object;

/*
 * A row of `images`: Containers, CreatedAt, CreatedSince, Digest, ID, Repository, SharedSize, Size,
 * Tag, UniqueSize, VirtualSize; its labels, an object; and when it was made. The caller gives
 * *ret back with image_item_free.
 */
struct image_item {
    struct json_object *row, *labels;
    struct timespec created; /* zeros: it does not say */
};
int image_list_row(const struct store *store, const struct image_row *row, bool whole_id,
    struct image_item *ret, struct err *err);
void image_item_free(struct image_item *item);

/* When the image that `word` means was made; zeros where it does not say. */
int image_created(
    const struct store *store, const char *word, struct timespec *ret, struct err *err);

/* The image that `word` means as `docker image inspect` has it. The caller gives *ret back. */
int image_inspect(
    const struct store *store, const char *word, struct json_object **ret, struct err *err);

/* The steps that made it, the last first, as `docker history` has them: an array. */
int image_history(const struct store *store, const char *word, bool whole_id, bool human,
    struct json_object **ret, struct err *err);

#endif
