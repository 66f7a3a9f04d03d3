/* SPDX-License-Identifier: MIT */
/*
 * image_index: which images there are: ROOT/images/index.json, an index in the OCI's form. With
 * oci-layout and blobs/ beside it ROOT/images is an OCI image layout, which skopeo and others read
 * as it is.
 *
 * An image may have many names, a row each; one without any has a row without a name. A name is of
 * one image.
 */
#ifndef ENGINE_IMAGE_INDEX_H
#define ENGINE_IMAGE_INDEX_H

#include "engine/store/store.h"
#include "image_name.h"

#include <stdbool.h>
#include <stdint.h>

struct image_row {
    char name[IMAGE_NAME]; /* full: "docker.io/library/busybox:latest", or "" */
    char manifest[DIGEST_TEXT];
    char id[DIGEST_TEXT]; /* of its configuration: what Docker calls the image's ID */
    char media_type[96];  /* of the manifest */
    uint64_t size;        /* of the manifest */
};

struct image_index {
    struct image_row *rows;
    size_t count, room;
};

/* Read it; no file is no images. The caller gives *ret back with image_index_free, after an error
 * as well. Errors: it is no index. */
int image_index_read(const struct store *store, struct image_index *ret, struct err *err);
void image_index_free(struct image_index *index);

/*
 * Read it in order to change it: under the lock of the store's images, which the caller closes.
 * image_index_write: a reader finds the old one or the new one, a lost power too.
 */
int image_index_lock(
    const struct store *store, struct image_index *ret, int *ret_lock, struct err *err);
int image_index_write(const struct store *store, const struct image_index *index, struct err *err);

/* The same for an index with less in it: also on a full disk, by the room that is kept for it,
 * since removing images is what makes room. */
int image_index_write_less(
    const struct store *store, const struct image_index *index, struct err *err);

/*
 * Give the image this name; "" for none. The image that had the name keeps a row without one, where
 * it has no other. row->name is ignored. Errors: a name that would look like an ID.
 */
int image_index_set(
    struct image_index *index, const struct image_row *row, const char *name, struct err *err);

/* Put one row more at the end, or take one away, and nothing else. */
int image_index_add(struct image_index *index, const struct image_row *row, struct err *err);
void image_index_drop(struct image_index *index, size_t at);

/* How many rows with a name the image has. An image is its configuration: two manifests of one ID,
 * with the same layers compressed and not, are one image. */
size_t image_index_names(const struct image_index *index, const char *id);

/*
 * The row that a word means: a name, NAME@DIGEST, an ID or the beginning of one. -1 with
 * ERR_REFUSED and code ENOENT, "No such image: X", or several; ERR_USAGE for what is no name
 * either.
 */
int image_index_find(
    const struct image_index *index, const char *word, size_t *ret, struct err *err);

/* image.c: the same, of the store as it is now; the built-in image is made where it is meant and
 * missing. */
int image_row_find(
    const struct store *store, const char *word, struct image_row *ret, struct err *err);

/*
 * See to it that the image of this ID is there and stays until the caller closes *ret_fd: by then a
 * container's record must say that it uses it. Many may hold it at once; rmi and load wait for
 * them. Errors: "No such image: X".
 */
int image_pin(const struct store *store, const char *id, int *ret_fd, struct err *err);

/*
 * Two kinds of users: who brings something in (shared) and who sweeps out what nobody uses (alone).
 * What is brought in is used by nobody until the index names it; so both must not happen at once.
 * image_guard waits; with `alone` it does not, and *ret_fd is -1 when somebody is bringing
 * something in: what is left is swept next time. The caller closes *ret_fd.
 */
int image_guard(const struct store *store, bool alone, int *ret_fd, struct err *err);

#endif
