/* SPDX-License-Identifier: MIT */
/*
 * image_make: a new image of one more layer, on top of another image or of nothing: import, commit.
 */
#ifndef ENGINE_IMAGE_MAKE_H
#define ENGINE_IMAGE_MAKE_H

#include "digest.h"
#include "engine/store/store.h"
#include "tar.h"

struct image_platform;

struct image_recipe {
    const char *parent;     /* the ID of the image below, or NULL */
    int layer;              /* a tar in the OCI's form (.wh.), compressed or not; -1: no new one */
    const char *layer_name; /* in errors */
    struct json_object *config;                /* its "config"; stays the caller's */
    const struct image_platform *platform;     /* NULL: the parent's, or this machine's */
    const char *created_by, *comment, *author; /* of the new step; NULL: "" */
    const char *name;                          /* as it was typed, or NULL */
    struct tar_limits limits;
};

/* Make it. ret_id: its ID. Errors: what image_add says; the name is none. */
int image_make(const struct store *store, const struct image_recipe *recipe,
    char ret_id[DIGEST_TEXT], struct err *err);

#endif
