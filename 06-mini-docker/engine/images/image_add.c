// SPDX-License-Identifier: MIT
/*
 * The order is what makes it whole or nothing: layers are unpacked first, which is where most can
 * go wrong; then the blobs get their names; last, the index names the image. Whoever is killed
 * before that has left things that nobody speaks of, and image_sweep takes them away.
 */
#include "image_add.h"

#include "image_blob.h"
#include "image_index.h"
#include "layer.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

void image_incoming_free(struct image_incoming *incoming)
{
    free(incoming->config);
    free(incoming->manifest);
    for (size_t i = 0; i < incoming->layers_count; i++)
        free(incoming->layers[i].path);
    *incoming = (struct image_incoming){0};
}

static int check_parts(
    const struct image_incoming *incoming, const struct image_config *config, struct err *err)
{
    const char *machine = image_architecture();

    if (incoming->layers_count != config->diff_ids_count) {
        err_refuse(err, 0, "the image has %zu layers, and its configuration speaks of %zu",
            incoming->layers_count, config->diff_ids_count);
        return err_hint(err, "it was put together wrongly -> have it made again");
    }
    if (config->os && strcmp(config->os, "linux") != 0) {
        err_refuse(err, 0, "the image is for %.40s", config->os);
        return err_hint(
            err, "a container shares the host's kernel -> an image for linux/%s", machine);
    }
    return 0;
}

int image_layer_open(const struct store *store, const struct image_layer *layer, struct err *err)
{
    int fd = layer->path ? open(layer->path, O_RDONLY | O_CLOEXEC) : -1;

    return fd < 0 ? blob_open(store, layer->digest, err) : fd;
}

static int unpack(const struct store *store, const struct image_incoming *incoming,
    const struct image_config *config, const struct tar_limits *limits, struct err *err)
{
    for (size_t i = 0; i < incoming->layers_count; i++) {
        cleanup_close int blob = image_layer_open(store, &incoming->layers[i], err);
        if (blob < 0 || layer_add(store, blob, config->diff_ids, i, limits, err) < 0)
            return -1;
    }
    return 0;
}

static struct json_object *descriptor(const char *media_type, const char *digest, uint64_t size)
{
    struct json_object *ret = json_object_new_object();

    json_add_string(ret, "mediaType", media_type);
    json_add_string(ret, "digest", digest);
    json_object_object_add(ret, "size", json_object_new_uint64(size));
    return ret;
}

/* The manifest of what comes without one. */
static int put_manifest(const struct store *store, const struct image_incoming *incoming,
    const char *id, struct image_row *row, struct err *err)
{
    struct json_object *root = json_object_new_object(), *layers = json_object_new_array();

    json_object_object_add(root, "schemaVersion", json_object_new_int(2));
    json_add_string(root, "mediaType", MEDIA_MANIFEST);
    json_object_object_add(root, "config", descriptor(MEDIA_CONFIG, id, incoming->config_length));
    json_object_object_add(root, "layers", layers);
    for (size_t i = 0; i < incoming->layers_count; i++) {
        const struct image_layer *layer = &incoming->layers[i];
        json_object_array_add(layers, descriptor(layer->media_type, layer->digest, layer->size));
    }
    size_t length;
    const char *text = json_object_to_json_string_length(
        root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    row->size = length;
    int result = blob_put(store, text, length, row->manifest, err);
    json_object_put(root);
    return result;
}

static int put_blobs(const struct store *store, const struct image_incoming *incoming,
    struct image_row *row, struct err *err)
{
    for (size_t i = 0; i < incoming->layers_count; i++) {
        const struct image_layer *layer = &incoming->layers[i];
        if (layer->path && !blob_exists(store, layer->digest, NULL) &&
            blob_adopt(store, layer->path, layer->digest, err) < 0)
            return -1;
    }
    if (blob_put(store, incoming->config, incoming->config_length, row->id, err) < 0)
        return -1;
    snprintf(row->media_type, sizeof(row->media_type), "%s",
        incoming->media_type[0] ? incoming->media_type : MEDIA_MANIFEST);
    row->size = incoming->manifest_length;
    if (incoming->manifest)
        return blob_put(store, incoming->manifest, incoming->manifest_length, row->manifest, err);
    return put_manifest(store, incoming, row->id, row, err);
}

/* True where the index says it already: a build of which all was cached writes nothing. */
static bool is_named(const struct image_index *index, const struct image_row *row, const char *name)
{
    for (size_t i = 0; i < index->count; i++) {
        if (strcmp(index->rows[i].name, name) == 0 &&
            strcmp(index->rows[i].manifest, row->manifest) == 0)
            return true;
    }
    return false;
}

static int name_image(const struct store *store, const struct image_row *row,
    const char *const *names, size_t names_count, struct err *err)
{
    struct image_index index;
    cleanup_close int lock = -1;
    int result = image_index_lock(store, &index, &lock, err);
    bool changed = names_count == 0;

    if (result == 0 && changed)
        result = image_index_set(&index, row, "", err);
    for (size_t i = 0; result == 0 && i < names_count; i++) {
        bool there = is_named(&index, row, names[i]);
        changed |= !there;
        result = there ? 0 : image_index_set(&index, row, names[i], err);
    }
    if (result == 0 && changed)
        result = image_index_write(store, &index, err);
    image_index_free(&index);
    return result;
}

int image_add(const struct store *store, const struct image_incoming *incoming,
    const char *const *names, size_t names_count, const struct tar_limits *limits,
    char ret_id[DIGEST_TEXT], struct err *err)
{
    struct json_memory memory = {0};
    struct image_config config;
    struct image_row row = {0};
    int result = image_config_parse(
        "image configuration", incoming->config, incoming->config_length, &memory, &config, err);

    if (result == 0)
        result = check_parts(incoming, &config, err);
    if (result == 0)
        result = unpack(store, incoming, &config, limits, err);
    json_memory_free(&memory);
    if (result < 0 || put_blobs(store, incoming, &row, err) < 0)
        return -1;
    strcpy(ret_id, row.id);
    return name_image(store, &row, names, names_count, err);
}
