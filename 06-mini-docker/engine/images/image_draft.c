// SPDX-License-Identifier: MIT
/*
 * What the configuration of an image says of its making: the layers' diff IDs, and the history,
 * which has a step for each layer, and one for each change that made none ("empty_layer"). Both
 * grow together here, so that they cannot disagree.
 */
#include "image_draft.h"

#include "image_index.h"
#include "layer.h"

#include "cleanup.h"

#include "runtime/json_write.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_sys(err, "no memory for an image's configuration");
}

void image_draft_free(struct image_draft *draft)
{
    json_object_put(draft->config);
    json_object_put(draft->history);
    for (size_t i = 0; i < draft->count; i++)
        free(draft->layers[i].path);
    memset(draft, 0, sizeof(*draft));
}

int image_draft_begin(struct image_draft *ret, struct err *err)
{
    memset(ret, 0, sizeof(*ret));
    snprintf(ret->architecture, sizeof(ret->architecture), "%s", image_architecture());
    ret->config = json_object_new_object();
    ret->history = json_object_new_array();
    return ret->config && ret->history ? 0 : no_memory(err);
}

/* In place of *ret: a copy of this member, where the object has it. */
static int take(struct json_object *from, const char *key, struct json_object **ret)
{
    struct json_object *found, *copy = NULL;

    if (!from || !json_object_object_get_ex(from, key, &found) || !found)
        return 0;
    if (json_object_deep_copy(found, &copy, NULL) < 0)
        return -1;
    json_object_put(*ret);
    *ret = copy;
    return 0;
}

static int take_parts(struct image_draft *ret, const struct image_parts *parts, struct err *err)
{
    const struct image_config *config = &parts->config;

    if (config->architecture)
        snprintf(ret->architecture, sizeof(ret->architecture), "%s", config->architecture);
    snprintf(ret->variant, sizeof(ret->variant), "%s", config->variant ?: "");
    snprintf(ret->created, sizeof(ret->created), "%s", config->created ?: "");
    for (size_t i = 0; i < parts->manifest.layers_count; i++) {
        const struct image_descriptor *from = &parts->manifest.layers[i];
        struct image_layer *layer = &ret->layers[ret->count];
        snprintf(layer->digest, sizeof(layer->digest), "%s", from->digest);
        snprintf(layer->media_type, sizeof(layer->media_type), "%s",
            from->media_type ? from->media_type : MEDIA_LAYER);
        layer->size = from->size;
        snprintf(ret->diff_ids[ret->count++], DIGEST_TEXT, "%s", config->diff_ids[i]);
    }
    if (take(parts->config_memory.tree, "config", &ret->config) < 0 ||
        take(parts->config_memory.tree, "history", &ret->history) < 0)
        return no_memory(err);
    return 0;
}

int image_draft_from(
    const struct store *store, const char *word, struct image_draft *ret, struct err *err)
{
    struct image_parts parts;
    struct image_row row;

    if (image_draft_begin(ret, err) < 0 || image_row_find(store, word, &row, err) < 0)
        return -1;
    int result = image_parts_read(store, row.manifest, &parts, err);
    if (result == 0)
        result = image_parts_check(&parts, err);
    if (result == 0)
        result = take_parts(ret, &parts, err);
    image_parts_free(&parts);
    return result;
}

int image_draft_copy(const struct image_draft *from, struct image_draft *ret, struct err *err)
{
    *ret = *from;
    ret->config = ret->history = NULL;
    for (size_t i = 0; i < ret->count; i++)
        ret->layers[i].path = NULL;
    if (json_object_deep_copy(from->config, &ret->config, NULL) < 0 ||
        json_object_deep_copy(from->history, &ret->history, NULL) < 0)
        return no_memory(err);
    return 0;
}

static void add_text(struct json_object *to, const char *key, const char *text)
{
    if (text && text[0])
        json_object_object_add(to, key, json_write_string(text));
}

int image_draft_step(struct image_draft *draft, const struct image_step *step, struct err *err)
{
    struct json_object *note;

    if (step->layer && draft->count == IMAGE_LAYERS)
        return err_refuse(err, 0, "the image has %d layers, and can have no more", IMAGE_LAYERS);
    if (step->layer) {
        draft->layers[draft->count] = *step->layer;
        snprintf(draft->diff_ids[draft->count++], DIGEST_TEXT, "%s", step->diff_id);
    }
    note = json_object_new_object();
    add_text(note, "created", step->created);
    add_text(note, "created_by", step->created_by);
    add_text(note, "author", step->author);
    add_text(note, "comment", step->comment);
    if (!step->layer)
        json_object_object_add(note, "empty_layer", json_object_new_boolean(true));
    snprintf(draft->created, sizeof(draft->created), "%s", step->created);
    return json_object_array_add(draft->history, note) < 0 ? no_memory(err) : 0;
}

char *image_draft_lower(const struct store *store, const struct image_draft *draft, struct err *err)
{
    const char *diff_ids[IMAGE_LAYERS];
    size_t missing;

    for (size_t i = 0; i < draft->count; i++)
        diff_ids[i] = draft->diff_ids[i];
    return layer_lower(store, diff_ids, draft->count, &missing, err);
}

static struct json_object *rootfs_of(const struct image_draft *draft)
{
    struct json_object *root = json_object_new_object(), *list = json_object_new_array();

    for (size_t i = 0; i < draft->count; i++)
        json_object_array_add(list, json_object_new_string(draft->diff_ids[i]));
    add_text(root, "type", "layers");
    json_object_object_add(root, "diff_ids", list);
    return root;
}

/* The caller frees it. */
static char *config_text(const struct image_draft *draft, size_t *ret_length)
{
    struct json_object *root = json_object_new_object();

    add_text(root, "architecture", draft->architecture);
    add_text(root, "os", "linux");
    add_text(root, "variant", draft->variant);
    add_text(root, "author", draft->author);
    add_text(root, "created", draft->created);
    json_object_object_add(root, "config", json_object_get(draft->config));
    json_object_object_add(root, "rootfs", rootfs_of(draft));
    json_object_object_add(root, "history", json_object_get(draft->history));
    const char *text = json_object_to_json_string_length(
        root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, ret_length);
    char *copy = text ? strdup(text) : NULL;
    json_object_put(root);
    return copy;
}

int image_draft_write(const struct store *store, const struct image_draft *draft,
    const char *const *names, size_t names_count, const struct tar_limits *limits,
    char ret_id[DIGEST_TEXT], struct err *err)
{
    struct image_incoming incoming = {.layers_count = draft->count};
    cleanup_free char *config = config_text(draft, &incoming.config_length);

    incoming.config = config;
    memcpy(incoming.layers, draft->layers, draft->count * sizeof(draft->layers[0]));
    return config ? image_add(store, &incoming, names, names_count, limits, ret_id, err)
                  : no_memory(err);
}
