// SPDX-License-Identifier: MIT
/*
 * What is shown of images. Sizes are those of the unpacked files, as Docker's: a layer that two
 * images share counts for each.
 */
#include "image_list.h"

#include "engine/show/human.h"
#include "image_blob.h"
#include "layer.h"

#include "cleanup.h"

#include "runtime/json_write.h"

#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

enum { SHORT = 12 };

/* The bytes of an image's files: what its layers hold unpacked. */
static uint64_t files_size(const struct store *store, const struct image_config *config)
{
    char chain[DIGEST_TEXT];
    uint64_t bytes = 0;

    for (size_t i = 0; i < config->diff_ids_count; i++) {
        layer_chain(config->diff_ids, i + 1, chain);
        bytes += layer_size(store, chain);
    }
    return bytes;
}

/* "busybox" and "latest" of a full name; a name by digest has no tag. */
static void split_name(const char *full, char repository[IMAGE_NAME], char tag[IMAGE_NAME])
{
    const char *name = image_name_familiar(full), *at = strchr(name, '@');
    const char *colon = at ? NULL : strrchr(name, ':');
    size_t length = at ? (size_t)(at - name) : colon ? (size_t)(colon - name) : strlen(name);

    snprintf(repository, IMAGE_NAME, "%.*s", (int)length, name);
    snprintf(tag, IMAGE_NAME, "%s", colon ? colon + 1 : "<none>");
    if (!full[0])
        strcpy(repository, "<none>");
}

static struct timespec created_of(const struct image_config *config)
{
    struct timespec created;

    if (config->created && human_parse_time(config->created, &created) == 0)
        return created;
    return (struct timespec){0};
}

int image_list_row(const struct store *store, const struct image_row *row, bool whole_id,
    struct image_item *ret, struct err *err)
{
    char repository[IMAGE_NAME], tag[IMAGE_NAME], text[HUMAN_TEXT];
    struct image_parts parts;
    struct err unread;

    (void)err;
    /* one that is damaged is shown, too, or nobody would know which to remove */
    bool damaged = image_parts_read(store, row->manifest, &parts, &unread) < 0;
    if (damaged) {
        image_parts_free(&parts);
        parts = (struct image_parts){0};
    }
    struct json_object *object = json_object_new_object();
    *ret = (struct image_item){object, json_object_new_object(), created_of(&parts.config)};
    split_name(row->name, repository, tag);
    json_add_string(object, "Containers", "N/A");
    json_add_string(object, "CreatedAt", human_date(parts.config.created, text));
    json_add_string(object, "CreatedSince", human_ago(parts.config.created, text));
    json_add_string(object, "Digest", row->manifest);
    snprintf(text, sizeof(text), "%.*s", SHORT, digest_hex(row->id));
    json_add_string(object, "ID", whole_id ? row->id : text);
    json_add_string(object, "Repository", repository);
    json_add_string(object, "SharedSize", "N/A");
    json_add_string(object, "Size",
        damaged ? "damaged" : human_size(files_size(store, &parts.config), 3, text));
    json_add_string(object, "Tag", tag);
    json_add_string(object, "UniqueSize", "N/A");
    json_add_string(object, "VirtualSize", human_size(files_size(store, &parts.config), 4, text));
    for (size_t i = 0; i < parts.config.config.labels_count; i++) {
        const struct spec_pair *label = &parts.config.config.labels[i];
        json_add_string(ret->labels, label->key, label->value);
    }
    image_parts_free(&parts);
    return 0;
}

void image_item_free(struct image_item *item)
{
    json_object_put(item->row);
    json_object_put(item->labels);
    *item = (struct image_item){0};
}

static struct json_object *step(
    const struct image_history *from, uint64_t bytes, const char *id, bool human)
{
    struct json_object *object = json_object_new_object();
    char text[HUMAN_TEXT], when[HUMAN_TEXT];
    const char *created = from->created ?: "";
    cleanup_free char *by = strdup(from->created_by ?: "");

    /* to the second, as docker */
    snprintf(when, sizeof(when), "%.*s%s", (int)strcspn(created, "."), created,
        strchr(created, '.') ? "Z" : "");
    json_add_string(object, "ID", id);
    json_add_string(object, "Comment", from->comment);
    json_add_string(object, "CreatedAt", when);
    json_add_string(object, "CreatedSince", human ? human_ago(from->created, text) : when);
    for (char *tab = by; tab && (tab = strchr(tab, '\t'));) /* as docker: it would be a column */
        *tab = ' ';
    json_add_string(object, "CreatedBy", by);
    if (human)
        human_size(bytes, 3, text);
    else
        snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
    json_add_string(object, "Size", text);
    return object;
}

/* Read what `word` means. */
static int read_parts(
    const struct store *store, const char *word, struct image_parts *ret, struct err *err)
{
    struct image_row row;

    *ret = (struct image_parts){0};
    if (image_row_find(store, word, &row, err) < 0)
        return -1;
    return image_parts_read(store, row.manifest, ret, err);
}

int image_created(
    const struct store *store, const char *word, struct timespec *ret, struct err *err)
{
    struct image_parts parts;
    int result = read_parts(store, word, &parts, err);

    if (result == 0)
        *ret = created_of(&parts.config);
    image_parts_free(&parts);
    return result;
}

/* A step that made no layer has none of the sizes; and those before the image's last have no ID. */
static struct json_object *steps(
    const struct store *store, const struct image_parts *parts, bool whole_id, bool human)
{
    struct json_object *list = json_object_new_array();
    size_t layer = parts->config.diff_ids_count, count = parts->config.history_count;
    char chain[DIGEST_TEXT], id[DIGEST_TEXT];

    snprintf(id, sizeof(id), "%.*s", whole_id ? DIGEST_TEXT : SHORT,
        whole_id ? parts->id : digest_hex(parts->id));
    for (size_t i = count; i-- > 0;) {
        const struct image_history *from = &parts->config.history[i];
        uint64_t bytes = 0;
        if (!from->empty_layer && layer > 0) {
            layer_chain(parts->config.diff_ids, layer--, chain);
            bytes = layer_size(store, chain);
        }
        json_object_array_add(list, step(from, bytes, i + 1 == count ? id : "<missing>", human));
    }
    return list;
}

int image_history(const struct store *store, const char *word, bool whole_id, bool human,
    struct json_object **ret, struct err *err)
{
    struct image_parts parts;
    int result = read_parts(store, word, &parts, err);

    if (result == 0)
        *ret = steps(store, &parts, whole_id, human);
    image_parts_free(&parts);
    return result;
}

static struct json_object *names_of(const struct image_index *index, const char *id)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < index->count; i++) {
        const struct image_row *row = &index->rows[i];
        if (row->name[0] && strcmp(row->id, id) == 0)
            json_object_array_add(list, json_object_new_string(image_name_familiar(row->name)));
    }
    return list;
}

/* "busybox@sha256:…" of each repository that it has a name in: what it is pulled by. */
static struct json_object *digests_of(const struct image_index *index, const char *id)
{
    struct json_object *list = json_object_new_array();
    char repository[IMAGE_NAME], tag[IMAGE_NAME], text[IMAGE_NAME + DIGEST_TEXT];

    for (size_t i = 0; i < index->count; i++) {
        const struct image_row *row = &index->rows[i];
        bool seen = false;
        if (!row->name[0] || strcmp(row->id, id) != 0)
            continue;
        split_name(row->name, repository, tag);
        snprintf(text, sizeof(text), "%s@%s", repository, row->manifest);
        for (size_t j = 0; j < json_object_array_length(list); j++)
            seen |= strcmp(json_object_get_string(json_object_array_get_idx(list, j)), text) == 0;
        if (!seen)
            json_object_array_add(list, json_object_new_string(text));
    }
    return list;
}

static struct json_object *root_of(const struct image_config *config)
{
    struct json_object *root = json_object_new_object(), *layers = json_object_new_array();

    for (size_t i = 0; i < config->diff_ids_count; i++)
        json_object_array_add(layers, json_object_new_string(config->diff_ids[i]));
    json_add_string(root, "Type", "layers");
    json_object_object_add(root, "Layers", layers);
    return root;
}

/* Where overlayfs finds it: Docker's GraphDriver. */
static struct json_object *driver_of(const struct store *store, const struct image_config *config)
{
    struct json_object *driver = json_object_new_object(), *data = json_object_new_object();
    struct err ignored;
    size_t missing;
    cleanup_free char *lower =
        layer_lower(store, config->diff_ids, config->diff_ids_count, &missing, &ignored);

    json_add_string(data, "LowerDir", lower);
    json_object_object_add(driver, "Data", data);
    json_add_string(driver, "Name", "overlay2");
    return driver;
}

static struct json_object *describe_image(
    const struct store *store, const struct image_index *index, const struct image_parts *parts)
{
    struct json_object *ret = json_object_new_object();
    const struct image_config *config = &parts->config;
    uint64_t bytes = files_size(store, config);
    const struct image_history *last =
        config->history_count ? &config->history[config->history_count - 1] : NULL;

    json_add_string(ret, "Id", parts->id);
    json_object_object_add(ret, "RepoTags", names_of(index, parts->id));
    json_object_object_add(ret, "RepoDigests", digests_of(index, parts->id));
    json_add_string(ret, "Parent", "");
    json_add_string(ret, "Comment", last ? last->comment : "");
    json_add_string(ret, "Created", config->created);
    json_add_string(ret, "DockerVersion", config->docker_version);
    json_add_string(ret, "Author", config->author);
    json_object_object_add(
        ret, "Config", json_write(&RECORD_CONFIG_TABLE, &config->config, JSON_WRITE_ALL));
    json_add_string(ret, "Architecture", config->architecture);
    if (config->variant)
        json_add_string(ret, "Variant", config->variant);
    json_add_string(ret, "Os", config->os);
    json_object_object_add(ret, "Size", json_object_new_uint64(bytes));
    json_object_object_add(ret, "VirtualSize", json_object_new_uint64(bytes));
    json_object_object_add(ret, "GraphDriver", driver_of(store, config));
    json_object_object_add(ret, "RootFS", root_of(config));
    json_add_string(ret, "Digest", parts->manifest_digest);
    return ret;
}

int image_inspect(
    const struct store *store, const char *word, struct json_object **ret, struct err *err)
{
    struct image_index index;
    struct image_parts parts;
    int result = read_parts(store, word, &parts, err);

    if (result == 0)
        result = image_index_read(store, &index, err);
    else
        index = (struct image_index){0};
    if (result == 0)
        *ret = describe_image(store, &index, &parts);
    image_parts_free(&parts);
    image_index_free(&index);
    return result;
}
