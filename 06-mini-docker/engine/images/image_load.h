/* SPDX-License-Identifier: MIT */
/*
 * image_load: images out of an archive: Docker's (`docker save`, of any version since 1.10) and the
 * OCI's (skopeo, buildah, podman), or an OCI layout that is a directory.
 */
#ifndef ENGINE_IMAGE_LOAD_H
#define ENGINE_IMAGE_LOAD_H

#include "image_add.h"
#include "image_stage.h"

struct image_load {
    struct tar_limits limits;
    /* called for each image that is in: its name as people write it, or its ID */
    void (*loaded)(void *arg, const char *name, bool is_id);
    void *arg;
};

/*
 * Load all images from an open archive or directory, called `name` in errors. The archive is read
 * once, so it may be a pipe. Images that were in before an error stay in. Errors: what tar.h and
 * image_add.h say; nothing in it is an image for this machine.
 */
int image_load(const struct store *store, int fd, const char *name, const struct image_load *load,
    struct err *err);

/* The two forms (image_load_docker.c, image_load_oci.c). */
int image_load_docker(struct image_stage *stage, const struct image_load *load, struct err *err);
int image_load_oci(struct image_stage *stage, const struct image_load *load, struct err *err);

/* For them: add it and say so. */
int image_load_add(struct image_stage *stage, const struct image_load *load,
    const struct image_incoming *incoming, const char *const *names, size_t names_count,
    struct err *err);

#endif
