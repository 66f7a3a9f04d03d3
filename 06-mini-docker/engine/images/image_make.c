// SPDX-License-Identifier: MIT
/*
 * A configuration, the parent's with one step more, and the layers, the parent's with one more. The
 * new one is read twice: once into the store, for its digest as it is carried, and once for its
 * diff ID, which the configuration must name before the layer is unpacked.
 */
#include "image_make.h"

#include "image_add.h"
#include "image_blob.h"
#include "image_index.h"
#include "image_remove.h"
#include "image_stage.h"

#include "cleanup.h"

#include "runtime/json_write.h"

#include <fcntl.h>
#include <string.h>

struct making {
    const struct store *store;
    const struct image_recipe *recipe;
    struct image_stage stage;
    struct image_parts parent; /* zeros without one */
    struct image_incoming image;
    char diff_id[DIGEST_TEXT]; /* of the new layer */
};

static int read_parent(struct making *making, struct err *err)
{
    struct image_row row;

    if (!making->recipe->parent)
        return 0;
    if (image_row_find(making->store, making->recipe->parent, &row, err) < 0)
        return -1;
    if (image_parts_read(making->store, row.manifest, &making->parent, err) < 0)
        return -1;
    for (size_t i = 0; i < making->parent.manifest.layers_count; i++) {
        const struct image_descriptor *from = &making->parent.manifest.layers[i];
        struct image_layer *layer = &making->image.layers[making->image.layers_count++];
        snprintf(layer->digest, sizeof(layer->digest), "%s", from->digest);
        snprintf(layer->media_type, sizeof(layer->media_type), "%s",
            from->media_type ? from->media_type : MEDIA_LAYER);
        layer->size = from->size;
    }
    return 0;
}

/* Into a file of ours, summed. */
static int take_file(struct making *making, struct image_layer *layer, struct err *err)
{
    static char buffer[1 << 16];
    struct blob_writer writer;
    char path[PATH_MAX];
    ssize_t got;

    snprintf(path, sizeof(path), "%.*s/layer", PATH_MAX - 16, making->stage.path);
    layer->path = strdup(path);
    if (!layer->path)
        return err_sys(err, "no memory for a path");
    if (blob_begin(path, &writer, err) < 0)
        return -1;
    while ((got = read(making->recipe->layer, buffer, sizeof(buffer))) > 0) {
        if (blob_write(&writer, buffer, (size_t)got, err) < 0 ||
            writer.size > making->recipe->limits.bytes)
            break;
    }
    layer->size = writer.size;
    if (got == 0)
        return blob_finish(&writer, layer->digest, err);
    blob_abandon(&writer, false);
    return got < 0 ? err_sys(err, "cannot read %s", making->recipe->layer_name)
                   : err_refuse(err, 0, "%s cannot be taken in: it is too large, or the disk full",
                         making->recipe->layer_name);
}

static int find_diff_id(struct making *making, int fd, struct err *err)
{
    struct tar_reader reader;
    struct archive_entry *entry;
    int result = tar_open(fd, making->recipe->layer_name, &making->recipe->limits, &reader, err);

    while (result == 0 && (result = tar_next(&reader, &entry)) == 1)
        result = 0;
    if (result == 0)
        result = tar_end(&reader, making->diff_id);
    tar_close(&reader);
    return result;
}

static int take_layer(struct making *making, struct err *err)
{
    struct image_layer *layer = &making->image.layers[making->image.layers_count];
    const char *compression;

    if (making->recipe->layer < 0)
        return 0;
    if (making->image.layers_count == IMAGE_LAYERS)
        return err_refuse(err, 0, "the image has %d layers, and can have no more", IMAGE_LAYERS);
    making->image.layers_count++;
    if (take_file(making, layer, err) < 0)
        return -1;
    cleanup_close int fd = open(layer->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", layer->path);
    if (tar_compression(fd, &compression, err) < 0)
        return -1;
    snprintf(layer->media_type, sizeof(layer->media_type), MEDIA_LAYER "%s", compression);
    return find_diff_id(making, fd, err);
}

static void add(struct json_object *to, const char *key, const char *text)
{
    if (text && text[0])
        json_object_object_add(to, key, json_write_string(text));
}

static struct json_object *history_of(const struct making *making, const char *now)
{
    struct json_object *list = json_object_new_array(), *step = json_object_new_object(), *old;

    if (making->parent.config_memory.tree &&
        json_object_object_get_ex(making->parent.config_memory.tree, "history", &old)) {
        for (size_t i = 0; i < json_object_array_length(old); i++)
            json_object_array_add(list, json_object_get(json_object_array_get_idx(old, i)));
    }
    add(step, "created", now);
    add(step, "created_by", making->recipe->created_by);
    add(step, "author", making->recipe->author);
    add(step, "comment", making->recipe->comment);
    if (making->recipe->layer < 0)
        json_object_object_add(step, "empty_layer", json_object_new_boolean(true));
    json_object_array_add(list, step);
    return list;
}

static struct json_object *rootfs_of(const struct making *making)
{
    struct json_object *root = json_object_new_object(), *list = json_object_new_array();
    const struct image_config *parent = &making->parent.config;

    for (size_t i = 0; i < parent->diff_ids_count; i++)
        json_object_array_add(list, json_object_new_string(parent->diff_ids[i]));
    if (making->diff_id[0])
        json_object_array_add(list, json_object_new_string(making->diff_id));
    add(root, "type", "layers");
    json_object_object_add(root, "diff_ids", list);
    return root;
}

static int write_config(struct making *making, struct err *err)
{
    struct json_object *root = json_object_new_object();
    const struct image_config *parent = &making->parent.config;
    char now[STORE_TIME];

    store_now(now);
    add(root, "architecture", parent->architecture ? parent->architecture : image_architecture());
    add(root, "os", "linux");
    add(root, "variant", parent->variant);
    add(root, "author", making->recipe->author);
    add(root, "created", now);
    json_object_object_add(root, "config", json_object_get(making->recipe->config));
    json_object_object_add(root, "rootfs", rootfs_of(making));
    json_object_object_add(root, "history", history_of(making, now));
    const char *text = json_object_to_json_string_length(root,
        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &making->image.config_length);
    making->image.config = strdup(text);
    json_object_put(root);
    return making->image.config ? 0 : err_sys(err, "no memory for an image's configuration");
}

int image_make(const struct store *store, const struct image_recipe *recipe,
    char ret_id[DIGEST_TEXT], struct err *err)
{
    struct making making = {.store = store, .recipe = recipe};
    struct image_name name;
    char full[IMAGE_NAME];
    const char *const names[] = {full};
    cleanup_close int guard = -1;

    if (recipe->name && image_name_parse(recipe->name, &name, err) < 0)
        return -1;
    if (recipe->name)
        image_name_full(&name, full);
    if (image_heal(store, err) < 0 || image_guard(store, false, &guard, err) < 0)
        return -1;
    int result = image_stage_room(store, &making.stage, err);
    if (result == 0)
        result = read_parent(&making, err);
    if (result == 0)
        result = take_layer(&making, err);
    if (result == 0)
        result = write_config(&making, err);
    if (result == 0)
        result = image_add(
            store, &making.image, names, recipe->name ? 1 : 0, &recipe->limits, ret_id, err);
    image_incoming_free(&making.image);
    image_parts_free(&making.parent);
    image_stage_end(&making.stage);
    return result;
}
