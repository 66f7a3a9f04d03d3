// SPDX-License-Identifier: MIT
/*
 * Images are counted by their layers, which they share: a first look at the containers says which
 * images are in use, then each layer counts once, and as used when one of its images is.
 */
#include "df.h"

#include "engine/build/build_cache.h"
#include "engine/files/volume.h"
#include "engine/images/image_index.h"
#include "engine/images/image_manifest.h"
#include "engine/images/layer.h"
#include "list.h"
#include "usage.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS_MOST = 4096 };

struct seen_layer {
    char chain[DIGEST_TEXT];
    uint64_t bytes;
    bool used;
};

struct looking {
    const struct store *store;
    struct df_kind *kinds;
    struct json_object *images; /* the IDs that containers have */
    struct seen_layer *layers;  /* of LAYERS_MOST */
    size_t layers_count;
};

static int add_container(const struct list_item *item, void *arg, struct err *err)
{
    struct looking *looking = arg;
    struct df_kind *kind = &looking->kinds[DF_CONTAINERS];
    bool runs = item->status.kind == STATUS_RUNNING || item->status.kind == STATUS_PAUSED ||
                item->status.kind == STATUS_RESTARTING;
    char path[PATH_MAX];

    (void)err;
    record_path(looking->store, item->record.id, "upper", path);
    uint64_t bytes = usage_tree(path);
    kind->total++;
    kind->active += runs;
    kind->bytes += bytes;
    kind->reclaimable_bytes += runs ? 0 : bytes;
    if (item->record.image_id)
        json_object_object_add(looking->images, item->record.image_id, NULL);
    return 0;
}

static int add_volume(const struct volume *volume, void *arg, struct err *err)
{
    struct looking *looking = arg;
    struct df_kind *kind = &looking->kinds[DF_VOLUMES];
    char users[256];
    size_t used;

    if (volume_users(looking->store, volume->name, &used, users, err) < 0)
        return -1;
    uint64_t bytes = volume_size(volume);
    kind->total++;
    kind->active += used > 0;
    kind->bytes += bytes;
    kind->reclaimable_bytes += used ? 0 : bytes;
    return 0;
}

static void add_layer(struct looking *looking, const char *chain, bool used)
{
    for (size_t i = 0; i < looking->layers_count; i++) {
        if (strcmp(looking->layers[i].chain, chain) == 0) {
            looking->layers[i].used |= used;
            return;
        }
    }
    if (looking->layers_count == LAYERS_MOST)
        return;
    struct seen_layer *layer = &looking->layers[looking->layers_count++];
    *layer = (struct seen_layer){.bytes = layer_size(looking->store, chain), .used = used};
    strcpy(layer->chain, chain);
}

static void add_image(struct looking *looking, const struct image_row *row)
{
    struct image_parts parts;
    struct err ignored;
    bool used = json_object_object_get_ex(looking->images, row->id, NULL);

    looking->kinds[DF_IMAGES].total++;
    looking->kinds[DF_IMAGES].active += used;
    /* an image that cannot be read has no layers that could be told */
    if (image_parts_read(looking->store, row->manifest, &parts, &ignored) == 0) {
        for (size_t i = 0; i < parts.config.diff_ids_count; i++) {
            char chain[DIGEST_TEXT];
            layer_chain(parts.config.diff_ids, i + 1, chain);
            add_layer(looking, chain, used);
        }
    }
    image_parts_free(&parts);
}

static int add_images(struct looking *looking, struct err *err)
{
    struct df_kind *kind = &looking->kinds[DF_IMAGES];
    struct image_index index;
    int result = image_index_read(looking->store, &index, err);

    for (size_t i = 0; result == 0 && i < index.count; i++) {
        bool seen = false; /* by another name */
        for (size_t j = 0; j < i; j++)
            seen |= strcmp(index.rows[i].id, index.rows[j].id) == 0;
        if (!seen)
            add_image(looking, &index.rows[i]);
    }
    image_index_free(&index);
    for (size_t i = 0; i < looking->layers_count; i++) {
        kind->bytes += looking->layers[i].bytes;
        kind->reclaimable_bytes += looking->layers[i].used ? 0 : looking->layers[i].bytes;
    }
    return result;
}

/* A step, or a cache of RUN --mount. */
static int add_step(const char *key, const struct build_result *result, void *arg, struct err *err)
{
    struct looking *looking = arg;
    struct df_kind *kind = &looking->kinds[DF_CACHE];
    size_t before = looking->layers_count;

    (void)err;
    kind->total++;
    if (result && result->directory) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%.*s/build/%s", PATH_MAX - 300, looking->store->root, key);
        kind->bytes += usage_tree(path);
        kind->reclaimable_bytes = kind->bytes;
    }
    if (!result || !result->diff_id[0])
        return 0;
    add_layer(looking, result->chain, false);
    if (looking->layers_count == before) {
        kind->active++;
        return 0;
    }
    kind->bytes += looking->layers[before].bytes;
    kind->reclaimable_bytes = kind->bytes;
    return 0;
}

int df_read(const struct store *store, struct df_kind ret[DF_KINDS], struct err *err)
{
    static const char *const names[] = {"Images", "Containers", "Local Volumes", "Build Cache"};
    const struct list_options all = {.all = true};
    cleanup_free struct seen_layer *layers = calloc(LAYERS_MOST, sizeof(*layers));
    struct looking looking = {.store = store, .kinds = ret, .layers = layers};

    for (int i = 0; i < DF_KINDS; i++)
        ret[i] = (struct df_kind){.name = names[i]};
    if (!layers)
        return err_sys(err, "no memory for layers");
    looking.images = json_object_new_object();
    int result = list_each(store, &all, add_container, &looking, err);
    if (result == 0)
        result = add_images(&looking, err);
    if (result == 0)
        result = build_cache_each(store, add_step, &looking, err);
    if (result == 0)
        result = volume_each(store, add_volume, &looking, err);
    json_object_put(looking.images);
    return result;
}
