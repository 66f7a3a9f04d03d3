/* SPDX-License-Identifier: MIT */
/* download: the layers of an image, some at once, into the store's images/partial. */
#ifndef REGISTRY_DOWNLOAD_H
#define REGISTRY_DOWNLOAD_H

#include "engine/images/image_add.h"
#include "progress.h"
#include "remote.h"

/*
 * Fetch what the store does not have, and fill in each layer's `path` for image_add; a layer that
 * comes twice is fetched once. rows[i] is the layer's row. What an earlier try has left is gone on
 * with, and what this one leaves after an error is kept for the next. The caller holds image_guard.
 */
int download_layers(struct remote *remote, const struct store *store,
    struct image_incoming *incoming, struct progress *progress, const size_t *rows,
    struct err *err);

#endif
