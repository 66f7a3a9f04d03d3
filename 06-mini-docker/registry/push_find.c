// SPDX-License-Identifier: MIT
/*
 * What the store's other images tell of a layer that is to be pushed: where else the registry
 * should have it, and how it was compressed the last time.
 */
#include "push_internal.h"

#include "compress.h"
#include "engine/images/image_blob.h"
#include "engine/images/image_manifest.h"

#include "cleanup.h"

#include <string.h>

/* The repository of a row, where it is of this registry and another than this one; else NULL. */
const char *push_other_repository(
    const struct push *push, const struct image_row *row, char ret[IMAGE_REPOSITORY])
{
    size_t host = strlen(push->remote->host);
    struct image_name name;
    struct err ignored;

    if (!row->name[0] || image_name_parse(row->name, &name, &ignored) < 0 ||
        strncmp(name.repository, push->remote->host, host) != 0 || name.repository[host] != '/' ||
        strcmp(name.repository + host + 1, push->remote->path) == 0)
        return NULL;
    return strcpy(ret, name.repository + host + 1);
}

/* Another repository of this registry that should have the layer: one that an image here came from,
 * or went to. */
const char *push_mount_from(const struct push *push, const char *digest, char ret[IMAGE_REPOSITORY])
{
    bool found = false;

    for (size_t i = 0; i < push->index->count && !found; i++) {
        const struct image_row *row = &push->index->rows[i];
        struct image_parts parts;
        struct err ignored;
        if (!push_other_repository(push, row, ret))
            continue;
        if (image_parts_read(push->store, row->manifest, &parts, &ignored) == 0) {
            for (size_t j = 0; j < parts.manifest.layers_count; j++)
                found |= strcmp(parts.manifest.layers[j].digest, digest) == 0;
        }
        image_parts_free(&parts);
    }
    return found ? ret : NULL;
}

/* The layer of an image that is this one, compressed; what it says is not believed. */
static bool is_same(const struct push *push, const struct image_parts *parts, size_t which,
    const char *diff_id, struct image_layer *ret)
{
    const struct image_descriptor *layer = &parts->manifest.layers[which];
    const char *compression;
    struct err ignored;

    if (which >= parts->config.diff_ids_count ||
        strcmp(parts->config.diff_ids[which], diff_id) != 0)
        return false;
    cleanup_close int fd = blob_open(push->store, layer->digest, &ignored);
    if (fd < 0 || tar_compression(fd, &compression, &ignored) < 0 ||
        strcmp(compression, "+gzip") != 0 || !compress_is_of(fd, diff_id))
        return false;
    *ret = (struct image_layer){.size = layer->size};
    strcpy(ret->digest, layer->digest);
    return true;
}

bool push_find_compressed(const struct push *push, const char *diff_id, struct image_layer *ret)
{
    bool found = false;

    for (size_t i = 0; i < push->index->count && !found; i++) {
        struct image_parts parts;
        struct err ignored;
        if (image_parts_read(push->store, push->index->rows[i].manifest, &parts, &ignored) == 0) {
            for (size_t j = 0; j < parts.manifest.layers_count && !found; j++)
                found = is_same(push, &parts, j, diff_id, ret);
        }
        image_parts_free(&parts);
    }
    return found;
}
