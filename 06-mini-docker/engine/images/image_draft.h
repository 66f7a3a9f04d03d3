/* SPDX-License-Identifier: MIT */
/*
 * image_draft: an image that is being made, in memory: import and commit make it in one step, a
 * build in many. What it has of layers is in the store already, or a file that is to go there.
 */
#ifndef ENGINE_IMAGE_DRAFT_H
#define ENGINE_IMAGE_DRAFT_H

#include "image_add.h"

struct json_object;

struct image_draft {
    struct json_object *config;  /* its "config" */
    struct json_object *history; /* a list of steps */
    char architecture[32], variant[16];
    char created[STORE_TIME]; /* of the last step */
    char author[256];
    struct image_layer layers[IMAGE_LAYERS]; /* the lowest first; `path` is the draft's */
    char diff_ids[IMAGE_LAYERS][DIGEST_TEXT];
    size_t count;
};

struct image_step {
    const char *created, *created_by; /* created: as store_now writes it */
    const char *author, *comment;     /* or NULL */
    const struct image_layer *layer;  /* NULL: it changes only the configuration */
    const char *diff_id;              /* of the layer */
};

/* Begin with nothing, for this machine. */
int image_draft_begin(struct image_draft *ret, struct err *err);

/* Begin with what an image of the store is, all of its steps included; `word` as image_row_find
 * has it. Its layers need not be unpacked. */
int image_draft_from(
    const struct store *store, const char *word, struct image_draft *ret, struct err *err);

/* Begin with what another draft is now. */
int image_draft_copy(const struct image_draft *from, struct image_draft *ret, struct err *err);

/* Add a step. layer->path goes to the draft. Errors: it would have too many layers. */
int image_draft_step(struct image_draft *draft, const struct image_step *step, struct err *err);

/* overlayfs's lowerdir of its layers; "" where it has none. The caller frees it; NULL: an error. */
char *image_draft_lower(
    const struct store *store, const struct image_draft *draft, struct err *err);

/* Take it into the store: image_add says the rest. */
int image_draft_write(const struct store *store, const struct image_draft *draft,
    const char *const *names, size_t names_count, const struct tar_limits *limits,
    char ret_id[DIGEST_TEXT], struct err *err);

/* Safe on a zeroed struct, and after an error of what begins one. */
void image_draft_free(struct image_draft *draft);

#endif
