// SPDX-License-Identifier: MIT
/*
 * What was compressed for a push is kept: the blobs, and a manifest that names them, which takes
 * the place of the one before. All else in it, annotations too, stays as it was.
 */
#include "push_internal.h"

#include "engine/images/image_blob.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdlib.h>
#include <string.h>

/* A descriptor of the manifest becomes that of the compressed layer. */
static void describe(struct json_object *layer, const struct image_layer *carried)
{
    struct json_object *was;
    char type[128] = MEDIA_LAYER;

    if (json_object_object_get_ex(layer, "mediaType", &was))
        snprintf(type, sizeof(type) - 8, "%s", json_object_get_string(was));
    strcat(type, strstr(type, ".docker.") ? ".gzip" : "+gzip");
    json_add_string(layer, "mediaType", type);
    json_add_string(layer, "digest", carried->digest);
    json_object_object_add(layer, "size", json_object_new_uint64(carried->size));
}

/* The manifest with what was sent in the place of what lies here. */
static int rewrite(struct push_manifest *manifest, const struct image_parts *parts,
    const struct image_layer carried[IMAGE_LAYERS], struct err *err)
{
    struct json_object *root = json_tokener_parse(manifest->text), *layers;
    bool changed = false;
    const char *text = NULL;

    if (json_object_object_get_ex(root, "layers", &layers)) {
        for (size_t i = 0; i < parts->manifest.layers_count; i++) {
            if (strcmp(parts->manifest.layers[i].digest, carried[i].digest) == 0)
                continue;
            describe(json_object_array_get_idx(layers, i), &carried[i]);
            changed = true;
        }
    }
    if (changed) {
        text = json_object_to_json_string_length(
            root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &manifest->length);
        free(manifest->text);
        manifest->text = strdup(text);
        digest_of(text, manifest->length, manifest->digest);
    }
    json_object_put(root);
    return manifest->text ? 0 : err_sys(err, "no memory for a manifest");
}

/* Unless somebody has given the name to another image meanwhile. */
static int rename_row(const struct push *push, struct image_row *row,
    const struct push_manifest *manifest, struct err *err)
{
    struct image_row now = *row;
    struct image_index index;
    cleanup_close int lock = -1;
    int result = image_index_lock(push->store, &index, &lock, err);
    bool same = false;

    strcpy(now.manifest, manifest->digest);
    now.size = manifest->length;
    for (size_t i = 0; result == 0 && i < index.count; i++)
        same |= strcmp(index.rows[i].name, row->name) == 0 &&
                strcmp(index.rows[i].manifest, row->manifest) == 0;
    if (same)
        result = image_index_set(&index, &now, row->name, err);
    if (same && result == 0)
        result = image_index_write(push->store, &index, err);
    image_index_free(&index);
    *row = now;
    return result;
}

int push_keep(const struct push *push, struct image_row *row, const struct image_parts *parts,
    const struct image_layer carried[IMAGE_LAYERS], struct push_manifest *manifest, struct err *err)
{
    char digest[DIGEST_TEXT];

    if (rewrite(manifest, parts, carried, err) < 0)
        return -1;
    if (strcmp(manifest->digest, row->manifest) == 0)
        return 0;
    for (size_t i = 0; i < parts->manifest.layers_count; i++) {
        const struct image_layer *layer = &carried[i];
        if (layer->path && !blob_exists(push->store, layer->digest, NULL) &&
            blob_adopt(push->store, layer->path, layer->digest, err) < 0)
            return -1;
    }
    return blob_put(push->store, manifest->text, manifest->length, digest, err) < 0
               ? -1
               : rename_row(push, row, manifest, err);
}
