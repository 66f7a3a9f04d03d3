// SPDX-License-Identifier: MIT
/*
 * A configuration, the parent's with one step more, and the layers, the parent's with one more. The
 * new one is read twice: once into the store, for its digest as it is carried, and once for its
 * diff ID, which the configuration must name before the layer is unpacked.
 */
#include "image_make.h"

#include "image_blob.h"
#include "image_draft.h"
#include "image_index.h"
#include "image_name.h"
#include "image_remove.h"
#include "image_stage.h"

#include "cleanup.h"

#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct making {
    const struct store *store;
    const struct image_recipe *recipe;
    struct image_stage stage;
    struct image_draft draft;
    struct image_layer layer;  /* the new one */
    char diff_id[DIGEST_TEXT]; /* of it */
};

/* Into a file of ours, summed. */
static int take_file(struct making *making, struct err *err)
{
    struct image_layer *layer = &making->layer;
    char buffer[1 << 16];
    struct blob_writer writer;
    char path[PATH_MAX];
    ssize_t got;

    snprintf(path, sizeof(path), "%.*s/layer", PATH_MAX - 16, making->stage.path);
    layer->path = strdup(path);
    if (!layer->path)
        return err_sys(err, "no memory for a path");
    if (blob_begin(path, &writer, err) < 0)
        return -1;
    int result = 0;
    while (result == 0 && (got = read(making->recipe->layer, buffer, sizeof(buffer))) != 0) {
        if (got < 0)
            result = err_sys(err, "cannot read %s", making->recipe->layer_name);
        else if (writer.size + (size_t)got > making->recipe->limits.bytes)
            result = err_refuse(
                err, 0, "%s cannot be taken in: it is too large", making->recipe->layer_name);
        else
            result = blob_write(&writer, buffer, (size_t)got, err);
    }
    layer->size = writer.size;
    if (result == 0)
        return blob_finish(&writer, layer->digest, err);
    blob_abandon(&writer, false);
    return -1;
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
    struct image_layer *layer = &making->layer;
    const char *compression;

    if (take_file(making, err) < 0)
        return -1;
    cleanup_close int fd = open(layer->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", layer->path);
    if (tar_compression(fd, &compression, err) < 0)
        return -1;
    snprintf(layer->media_type, sizeof(layer->media_type), MEDIA_LAYER "%s", compression);
    return find_diff_id(making, fd, err);
}

static int draw_up(struct making *making, struct err *err)
{
    const struct image_recipe *recipe = making->recipe;
    struct image_draft *draft = &making->draft;
    char now[STORE_TIME];
    const struct image_step step = {.created = now,
        .created_by = recipe->created_by,
        .author = recipe->author,
        .comment = recipe->comment,
        .layer = recipe->layer >= 0 ? &making->layer : NULL,
        .diff_id = making->diff_id};

    store_now(now);
    if ((recipe->parent ? image_draft_from(making->store, recipe->parent, draft, err)
                        : image_draft_begin(draft, err)) < 0)
        return -1;
    json_object_put(draft->config);
    draft->config = json_object_get(recipe->config);
    snprintf(draft->author, sizeof(draft->author), "%s", recipe->author ?: "");
    if (recipe->platform) {
        const struct image_platform *platform = recipe->platform;
        snprintf(draft->architecture, sizeof(draft->architecture), "%s", platform->architecture);
        snprintf(draft->variant, sizeof(draft->variant), "%s", platform->variant ?: "");
    }
    if (image_draft_step(draft, &step, err) < 0)
        return -1;
    making->layer.path = NULL; /* the draft's now */
    return 0;
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
    if (result == 0 && recipe->layer >= 0)
        result = take_layer(&making, err);
    if (result == 0)
        result = draw_up(&making, err);
    if (result == 0)
        result = image_draft_write(
            store, &making.draft, names, recipe->name ? 1 : 0, &recipe->limits, ret_id, err);
    free(making.layer.path);
    image_draft_free(&making.draft);
    image_stage_end(&making.stage);
    return result;
}
