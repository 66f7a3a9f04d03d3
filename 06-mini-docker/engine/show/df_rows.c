// SPDX-License-Identifier: MIT
/*
 * Each image, container and volume, with its size. An image's is shared as far as its layers are
 * another image's, too, and unique for the rest: that much its removal would give back. So the
 * images are gone through twice, first to count whose each layer is.
 */
#include "df.h"

#include "engine/build/build_cache.h"
#include "engine/create/labels.h"
#include "engine/files/volume.h"
#include "engine/images/image_list.h"
#include "engine/images/layer.h"
#include "human.h"
#include "list.h"
#include "usage.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <string.h>

struct gathering {
    const struct store *store;
    struct json_object *owners; /* of layers: how many images have it, by its chain ID */
    struct json_object *users;  /* how many containers an image has, by the image's ID */
    struct json_object *images, *containers, *volumes, *cache;
    uint64_t cache_bytes;
};

static void set_count(struct json_object *row, const char *key, int number)
{
    char text[12];

    snprintf(text, sizeof(text), "%d", number);
    json_add_string(row, key, text);
}

static int count_of(struct json_object *counts, const char *key)
{
    return json_object_get_int(json_object_object_get(counts, key));
}

static void count(struct json_object *counts, const char *key)
{
    json_object_object_add(counts, key, json_object_new_int(count_of(counts, key) + 1));
}

static int add_container_row(const struct list_item *item, void *arg, struct err *err)
{
    static const struct list_row_options options = {.sizes = true, .columns = LIST_ALL};
    struct gathering *all = arg;
    struct json_object *row = list_row(all->store, item, &options), *size;

    (void)err;
    /* "0B (virtual 1.98MB)": the image is counted where it is */
    if (json_object_object_get_ex(row, "Size", &size)) {
        const char *text = json_object_get_string(size);
        char own[HUMAN_TEXT];
        snprintf(own, sizeof(own), "%.*s", (int)strcspn(text, " "), text);
        json_add_string(row, "Size", own);
    }
    json_object_array_add(all->containers, row);
    if (item->record.image_id)
        count(all->users, item->record.image_id);
    return 0;
}

static bool seen_before(const struct image_index *index, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(index->rows[i].id, index->rows[at].id) == 0)
            return true;
    }
    return false;
}

/* Call it for each layer of an image; one that cannot be read has none that could be told. */
static void each_layer(const struct store *store, const struct image_row *row,
    void (*visit)(const char *chain, void *arg), void *arg)
{
    struct image_parts parts;
    struct err ignored;
    char chain[DIGEST_TEXT];

    if (image_parts_read(store, row->manifest, &parts, &ignored) == 0) {
        for (size_t i = 0; i < parts.config.diff_ids_count; i++) {
            layer_chain(parts.config.diff_ids, i + 1, chain);
            visit(chain, arg);
        }
    }
    image_parts_free(&parts);
}

static void count_layer(const char *chain, void *arg)
{
    count(((struct gathering *)arg)->owners, chain);
}

struct sum {
    const struct gathering *all;
    uint64_t shared, unique;
};

static void sum_layer(const char *chain, void *arg)
{
    struct sum *sum = arg;

    if (count_of(sum->all->owners, chain) > 1)
        sum->shared += layer_size(sum->all->store, chain);
    else
        sum->unique += layer_size(sum->all->store, chain);
}

static int add_image_row(struct gathering *all, const struct image_row *row, struct err *err)
{
    struct image_item item;
    struct sum sum = {.all = all};
    char text[HUMAN_TEXT];

    if (image_list_row(all->store, row, false, &item, err) < 0)
        return -1;
    each_layer(all->store, row, sum_layer, &sum);
    json_add_string(item.row, "SharedSize", human_size(sum.shared, 3, text));
    json_add_string(item.row, "UniqueSize", human_size(sum.unique, 3, text));
    set_count(item.row, "Containers", count_of(all->users, row->id));
    json_object_array_add(all->images, json_object_get(item.row));
    image_item_free(&item);
    return 0;
}

static int add_image_rows(struct gathering *all, struct err *err)
{
    struct image_index index;
    int result = image_index_read(all->store, &index, err);

    for (size_t i = 0; result == 0 && i < index.count; i++) {
        if (!seen_before(&index, i))
            each_layer(all->store, &index.rows[i], count_layer, all);
    }
    for (size_t i = 0; result == 0 && i < index.count; i++)
        result = add_image_row(all, &index.rows[i], err);
    image_index_free(&index);
    return result;
}

static int add_volume_row(const struct volume *volume, void *arg, struct err *err)
{
    struct gathering *all = arg;
    cleanup_free char *labels = labels_text(volume->labels, volume->labels_count);
    char users[256], size[HUMAN_TEXT];
    size_t links;

    if (volume_users(all->store, volume->name, &links, users, err) < 0)
        return -1;
    struct json_object *row = json_object_new_object();
    json_add_string(row, "Driver", volume->driver);
    json_add_string(row, "Labels", labels);
    set_count(row, "Links", (int)links);
    json_add_string(row, "Mountpoint", volume->path);
    json_add_string(row, "Name", volume->name);
    json_add_string(row, "Scope", volume->scope);
    json_add_string(row, "Size", human_size(volume_size(volume), 3, size));
    json_object_array_add(all->volumes, row);
    return 0;
}

/* A step, or a cache of RUN --mount. Nobody writes down when one was used. */
static int add_step_row(
    const char *key, const struct build_result *result, void *arg, struct err *err)
{
    struct gathering *all = arg;
    bool directory = result && result->directory;
    uint64_t bytes = 0;
    char text[PATH_MAX];

    (void)err;
    snprintf(text, sizeof(text), "%.*s/build/%s", PATH_MAX - 300, all->store->root, key);
    if (directory)
        bytes = usage_tree(text);
    else if (result && result->chain[0])
        bytes = layer_size(all->store, result->chain);
    bool shared = result && result->chain[0] && count_of(all->owners, result->chain) > 0;
    all->cache_bytes += shared ? 0 : bytes;
    struct json_object *row = json_object_new_object();
    snprintf(text, sizeof(text), "%.12s", directory ? key + strlen(BUILD_CACHE_DIR) : key);
    json_add_string(row, "ID", text);
    json_add_string(row, "CacheType", directory ? "exec.cachemount" : "regular");
    json_add_string(row, "CreatedSince", human_ago(result ? result->created : "", text));
    json_add_string(row, "LastUsedSince", "N/A");
    json_add_string(row, "Shared", shared ? "true" : "false");
    json_add_string(row, "Size", human_size(bytes, 3, text));
    json_add_string(row, "UsageCount", "N/A");
    json_object_array_add(all->cache, row);
    return 0;
}

int df_rows(
    const struct store *store, struct json_object **ret, uint64_t *ret_cache_bytes, struct err *err)
{
    const struct list_options every = {.all = true};
    struct gathering all = {
        .store = store,
        .owners = json_object_new_object(),
        .users = json_object_new_object(),
        .images = json_object_new_array(),
        .containers = json_object_new_array(),
        .volumes = json_object_new_array(),
        .cache = json_object_new_array(),
    };
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "Images", all.images);
    json_object_object_add(object, "Containers", all.containers);
    json_object_object_add(object, "Volumes", all.volumes);
    json_object_object_add(object, "BuildCache", all.cache);
    int result = list_each(store, &every, add_container_row, &all, err);
    if (result == 0)
        result = add_image_rows(&all, err);
    if (result == 0)
        result = volume_each(store, add_volume_row, &all, err);
    if (result == 0)
        result = build_cache_each(store, add_step_row, &all, err);
    *ret_cache_bytes = all.cache_bytes;
    json_object_put(all.owners);
    json_object_put(all.users);
    if (result == 0)
        *ret = object;
    else
        json_object_put(object);
    return result;
}
