/* SPDX-License-Identifier: MIT */
/*
 * image_remove: names that go, images that go with their last name, and what nobody uses any more.
 */
#ifndef ENGINE_IMAGE_REMOVE_H
#define ENGINE_IMAGE_REMOVE_H

#include "image_index.h"

#include <stdbool.h>

/* What is told of a removal, as it happens. Any function may be NULL. */
struct image_removal {
    bool force;
    void (*untagged)(void *arg, const char *name);
    void (*deleted)(void *arg, const char *digest); /* an image's ID, a layer's chain ID */
    void *arg;
    uint64_t bytes; /* of the files of layers that went */
};

/*
 * `rmi`: take the name away, and with the last one the image; an ID takes all names. An image that
 * a container is of stays, without a name, where `force` takes its last name: the container can be
 * started as before. Errors: "No such image: X", and Docker's conflicts.
 */
int image_remove(
    const struct store *store, const char *word, struct image_removal *removal, struct err *err);

/* Remove the images without a name, or with `all` every one, that no container is of; only those
 * that `wanted` agrees to (NULL: all). And what killed commands and broken downloads have left. */
int image_prune(const struct store *store, bool all, struct image_removal *removal,
    bool (*wanted)(const struct image_row *row, void *arg), struct err *err);

/*
 * Remove blobs and layers that no image has. Does nothing while somebody brings images in: it is
 * done the next time. `partial`: begun downloads too.
 */
int image_sweep(
    const struct store *store, struct image_removal *removal, bool partial, struct err *err);

/* The same, where a command that was killed has left something; else only a look. */
int image_heal(const struct store *store, struct err *err);

/* `tag`: give the image that `word` means one more name. Errors: ERR_USAGE, `name` is none. */
int image_tag(const struct store *store, const char *word, const char *name, struct err *err);

/* A container that is of the image: its ID goes to ret, "" for none; one that runs is preferred. */
int image_user(const struct store *store, const char *id, char ret[STORE_ID + 1], bool *ret_running,
    struct err *err);

#endif
