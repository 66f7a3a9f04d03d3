/* SPDX-License-Identifier: MIT */
/*
 * image: what an image is to a container that is made from it: a configuration and a stack of
 * layers that are only read. How images come is image_add.h's, how they are kept image_index.h's
 * and layer.h's, how they go image_remove.h's.
 */
#ifndef ENGINE_IMAGE_H
#define ENGINE_IMAGE_H

#include "engine/store/record_config.h"
#include "engine/store/store.h"

struct image {
    char id[72];                             /* "sha256:…", the digest of its configuration */
    char name[400];                          /* "busybox:latest"; "" for one without a name */
    struct record_config config;             /* strings live until image_free */
    const char *os, *architecture, *variant; /* likewise; NULL: it does not say */
    /* overlayfs's lowerdir: the layers' directories, the topmost first, with ':' between */
    char *lower;
    struct json_memory memory;
};

/*
 * Find an image by name ("busybox" means "busybox:latest"), by ID, or by the beginning of one.
 * `busybox` is built in: it is there on a machine that has seen nothing. Its layers are unpacked
 * when this returns. Errors: "Unable to find image 'X' locally" (err->code ENOENT, so that run can
 * pull it).
 */
int image_find(const struct store *store, const char *word, struct image *ret, struct err *err);

/* True where the built-in busybox has a program of this name: `run true` needs no image's name. */
bool image_builtin_has(const struct store *store, const char *program);

/* Safe on a zeroed struct. */
void image_free(struct image *image);

#endif
