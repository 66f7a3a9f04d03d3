/* SPDX-License-Identifier: MIT */
/*
 * image_add: the one road by which images come into the store, wherever they are from: an archive,
 * a registry, the built-in busybox, a commit, a build.
 */
#ifndef ENGINE_IMAGE_ADD_H
#define ENGINE_IMAGE_ADD_H

#include "image_manifest.h"
#include "tar.h"

/* A layer as it is carried. `path` is a file that is taken into the store (image_blob.h:
 * blob_finish has seen to its digest), or NULL: the store has the blob. */
struct image_layer {
    char digest[DIGEST_TEXT], media_type[96];
    uint64_t size;
    char *path;
};

/* The file, or, where an image before this one brought it in and the file is gone, the store's
 * blob. The caller closes it. */
int image_layer_open(const struct store *store, const struct image_layer *layer, struct err *err);

struct image_incoming {
    char *config; /* its text, as it is: its digest is the image's ID */
    size_t config_length;
    char *manifest; /* NULL: one is written, in the OCI's form */
    size_t manifest_length;
    char media_type[96]; /* of the manifest; "" is the OCI's */
    struct image_layer layers[IMAGE_LAYERS];
    size_t layers_count;
};

/*
 * Take it in: unpack the layers that are not there yet, adopt the blobs, and give it its names,
 * full ones; with none, it is kept without a name. All of that or nothing. The caller holds
 * image_guard. ret_id: its ID. Errors: what layer_add says; the configuration and the layers do not
 * fit.
 */
int image_add(const struct store *store, const struct image_incoming *incoming,
    const char *const *names, size_t names_count, const struct tar_limits *limits,
    char ret_id[DIGEST_TEXT], struct err *err);

/* Give back what it points at; the files stay. Safe on a zeroed struct. */
void image_incoming_free(struct image_incoming *incoming);

#endif
