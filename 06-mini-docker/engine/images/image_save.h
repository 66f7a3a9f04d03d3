/* SPDX-License-Identifier: MIT */
/*
 * image_save: images into an archive. Every archive is an OCI layout in a tar; with manifest.json
 * beside it, it is Docker's too: `docker load` of any version reads that, and skopeo either.
 */
#ifndef ENGINE_IMAGE_SAVE_H
#define ENGINE_IMAGE_SAVE_H

#include "image_index.h"

/*
 * Write the images that the words mean to `fd`. A name without a tag means all its tags, an ID an
 * image without a name. Blobs are written as they are: whoever reads the archive finds the same
 * digests. Errors: "No such image: X", a full disk; what was written before it is no archive.
 */
int image_save(const struct store *store, char *const words[], int fd, const char *path,
    bool docker, struct err *err);

#endif
