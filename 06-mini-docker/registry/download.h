/* SPDX-License-Identifier: MIT */
/* download: the layers of an image, some at once, into the store's images/partial. */
#ifndef REGISTRY_DOWNLOAD_H
#define REGISTRY_DOWNLOAD_H

#include "engine/images/image_add.h"
#include "progress.h"
#include "remote.h"

#include <stdbool.h>

struct download {
    struct remote *remote;
    const struct store *store;
    struct image_incoming *incoming;
    struct progress *progress;
    const size_t *rows; /* of each layer */
    bool *is_ready;     /* set for each layer that is here */
    /* Called in between, and after the last download until it returns 1; *ret_fd: what it waits
     * for, -1: nothing. */
    int (*meanwhile)(void *arg, int *ret_fd, struct err *err);
    void *arg;
};

/*
 * Fetch what the store does not have, and fill in each such layer's `path` for image_add; a layer
 * that comes twice is fetched once. What an earlier try has left is gone on with, and what this one
 * leaves after an error is kept for the next. The caller holds image_guard.
 */
int download_layers(const struct download *download, struct err *err);

#endif
