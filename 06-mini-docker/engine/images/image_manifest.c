// SPDX-License-Identifier: MIT
/*
 * Tables again (runtime/json.h): what is not in them is ignored, as the specification wants it, so
 * that annotations and fields of tomorrow do no harm.
 *
 * What must hold: all of this came from strangers. A digest becomes a file name, so it is checked
 * where it is read, and whoever has a struct of this file can use it without looking again.
 */
#include "image_manifest.h"

#include "image_blob.h"

#include "cleanup.h"

#include "runtime/config_tables.h"

#include <string.h>

static const struct json_field PLATFORM[] = {
    JSON_FIELD("architecture", JSON_STRING, struct image_platform, architecture),
    JSON_FIELD("os", JSON_STRING, struct image_platform, os),
    JSON_FIELD("variant", JSON_STRING, struct image_platform, variant),
    {0},
};
static const struct json_table PLATFORM_TABLE = {sizeof(struct image_platform), PLATFORM};

static int check_digest(struct json_reader *reader, const char *name, const char *text)
{
    struct err found;

    if (digest_check(name, text, &found) == 0)
        return 0;
    json_fail(reader, name, "'%.80s' is no digest", text);
    return err_hint(reader->err, "%s", found.hint);
}

static int check_descriptor(struct json_reader *reader, void *item)
{
    return check_digest(reader, "digest", ((const struct image_descriptor *)item)->digest);
}

static const struct json_field DESCRIPTOR[] = {
    JSON_FIELD("mediaType", JSON_STRING, struct image_descriptor, media_type),
    {JSON_AT("digest", JSON_STRING, struct image_descriptor, digest), .required = true},
    JSON_NUMBER_IN("size", struct image_descriptor, size, 0, INT64_MAX),
    JSON_ITEMS("annotations", JSON_MAP, struct image_descriptor, annotations, annotations_count,
        &config_pair),
    {JSON_AT("platform", JSON_POINTER, struct image_descriptor, platform),
        .table = &PLATFORM_TABLE},
    {0},
};
static const struct json_table DESCRIPTOR_TABLE = {
    sizeof(struct image_descriptor), DESCRIPTOR, .check = check_descriptor};

static const struct json_field INDEX[] = {
    JSON_ITEMS("manifests", JSON_LIST, struct image_index_file, manifests, manifests_count,
        &DESCRIPTOR_TABLE),
    {0},
};
static const struct json_table INDEX_TABLE = {sizeof(struct image_index_file), INDEX};

static int check_manifest(struct json_reader *reader, void *item)
{
    if (((const struct image_manifest *)item)->layers_count <= IMAGE_LAYERS)
        return 0;
    json_fail(reader, "layers", "has more than %d layers", IMAGE_LAYERS);
    return err_hint(
        reader->err, "overlayfs cannot mount as many -> build the image in fewer steps");
}

static const struct json_field MANIFEST[] = {
    JSON_FIELD("mediaType", JSON_STRING, struct image_manifest, media_type),
    {JSON_AT("config", JSON_OBJECT, struct image_manifest, config), .required = true,
        .table = &DESCRIPTOR_TABLE},
    JSON_ITEMS("layers", JSON_LIST, struct image_manifest, layers, layers_count, &DESCRIPTOR_TABLE),
    {0},
};
static const struct json_table MANIFEST_TABLE = {
    sizeof(struct image_manifest), MANIFEST, .check = check_manifest};

static const struct json_field HISTORY[] = {
    JSON_FIELD("created", JSON_STRING, struct image_history, created),
    JSON_FIELD("created_by", JSON_STRING, struct image_history, created_by),
    JSON_FIELD("author", JSON_STRING, struct image_history, author),
    JSON_FIELD("comment", JSON_STRING, struct image_history, comment),
    JSON_FIELD("empty_layer", JSON_BOOL, struct image_history, empty_layer),
    {0},
};
static const struct json_table HISTORY_TABLE = {sizeof(struct image_history), HISTORY};

static const struct json_field ROOTFS[] = {
    JSON_FIELD("diff_ids", JSON_STRINGS, struct image_config, diff_ids),
    {0},
};
static const struct json_table ROOTFS_TABLE = {sizeof(struct image_config), ROOTFS};

static int check_config(struct json_reader *reader, void *item)
{
    struct image_config *config = item;

    while (config->diff_ids && config->diff_ids[config->diff_ids_count]) {
        if (check_digest(reader, "rootfs.diff_ids", config->diff_ids[config->diff_ids_count++]) < 0)
            return -1;
    }
    return 0;
}

static const struct json_field CONFIG[] = {
    JSON_FIELD("created", JSON_STRING, struct image_config, created),
    JSON_FIELD("author", JSON_STRING, struct image_config, author),
    JSON_FIELD("architecture", JSON_STRING, struct image_config, architecture),
    JSON_FIELD("os", JSON_STRING, struct image_config, os),
    JSON_FIELD("variant", JSON_STRING, struct image_config, variant),
    JSON_FIELD("docker_version", JSON_STRING, struct image_config, docker_version),
    {JSON_AT("config", JSON_OBJECT, struct image_config, config), .table = &RECORD_CONFIG_TABLE},
    JSON_PART("rootfs", &ROOTFS_TABLE),
    JSON_ITEMS("history", JSON_LIST, struct image_config, history, history_count, &HISTORY_TABLE),
    {0},
};
static const struct json_table CONFIG_TABLE = {
    sizeof(struct image_config), CONFIG, .check = check_config};

static int parse(const struct json_table *table, const char *file, const char *text, size_t length,
    struct json_memory *memory, void *ret, struct err *err)
{
    struct json_reader reader = {.file = file, .memory = memory, .err = err};

    memset(ret, 0, table->size);
    return json_parse(file, text, length, memory, err) == 0 ? json_read(&reader, table, ret) : -1;
}

int image_index_parse(const char *file, const char *text, size_t length, struct json_memory *memory,
    struct image_index_file *ret, struct err *err)
{
    return parse(&INDEX_TABLE, file, text, length, memory, ret, err);
}

int image_manifest_parse(const char *file, const char *text, size_t length,
    struct json_memory *memory, struct image_manifest *ret, struct err *err)
{
    return parse(&MANIFEST_TABLE, file, text, length, memory, ret, err);
}

int image_config_parse(const char *file, const char *text, size_t length,
    struct json_memory *memory, struct image_config *ret, struct err *err)
{
    return parse(&CONFIG_TABLE, file, text, length, memory, ret, err);
}

const char *image_annotation(const struct image_descriptor *descriptor, const char *key)
{
    for (size_t i = 0; i < descriptor->annotations_count; i++) {
        if (strcmp(descriptor->annotations[i].key, key) == 0)
            return descriptor->annotations[i].value;
    }
    return NULL;
}

bool image_is_index(const char *media_type)
{
    return media_type &&
           (strcmp(media_type, MEDIA_INDEX) == 0 || strcmp(media_type, MEDIA_LIST) == 0);
}

int image_parts_check(const struct image_parts *parts, struct err *err)
{
    if (parts->manifest.layers_count == parts->config.diff_ids_count)
        return 0;
    err_refuse(err, 0, "the manifest %.19s has %zu layers, its configuration %zu",
        parts->manifest_digest, parts->manifest.layers_count, parts->config.diff_ids_count);
    return err_hint(err, "the image was put together wrongly -> have it made again");
}

int image_parts_read(
    const struct store *store, const char *manifest, struct image_parts *ret, struct err *err)
{
    size_t length;

    *ret = (struct image_parts){0};
    snprintf(ret->manifest_digest, sizeof(ret->manifest_digest), "%s", manifest);
    cleanup_free char *text = blob_read(store, manifest, &length, err);
    if (!text || image_manifest_parse(
                     "manifest", text, length, &ret->manifest_memory, &ret->manifest, err) < 0)
        return -1;
    snprintf(ret->id, sizeof(ret->id), "%s", ret->manifest.config.digest);
    cleanup_free char *config = blob_read(store, ret->id, &length, err);
    if (!config || image_config_parse("image configuration", config, length, &ret->config_memory,
                       &ret->config, err) < 0)
        return -1;
    return image_parts_check(ret, err);
}

void image_parts_free(struct image_parts *parts)
{
    json_memory_free(&parts->manifest_memory);
    json_memory_free(&parts->config_memory);
}
