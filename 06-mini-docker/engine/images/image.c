// SPDX-License-Identifier: MIT
/*
 * From a word to what a container needs. On this road is every `run`, so little is read: the index,
 * and the image's configuration; of the layers only that they are there. A layer that is missing
 * (somebody cleaned up by hand) is unpacked again from its blob.
 */
#include "image.h"

#include "image_blob.h"
#include "image_builtin.h"
#include "image_index.h"
#include "image_manifest.h"
#include "layer.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void image_free(struct image *image)
{
    free(image->lower);
    json_memory_free(&image->memory);
    *image = (struct image){0};
}

/* In Docker's words for a name; for an ID the error says it already. */
static int not_here(const char *word, struct err *err)
{
    char full[IMAGE_NAME];
    struct image_name name;
    struct err ignored;

    if (image_name_parse(word, &name, &ignored) < 0)
        return -1;
    image_name_full(&name, full);
    err_refuse(err, ENOENT, "Unable to find image '%s' locally", image_name_familiar(full));
    return err_hint(err,
        "it was not pulled, loaded, imported or built here -> mini-docker pull it, or mini-docker "
        "images lists those that are; busybox is always there");
}

int image_row_find(
    const struct store *store, const char *word, struct image_row *ret, struct err *err)
{
    struct image_index index;
    size_t at = 0;

    for (int tries = 0; tries < 2; tries++) {
        int result = image_index_read(store, &index, err);
        if (result == 0)
            result = image_index_find(&index, word, &at, err);
        if (result == 0)
            *ret = index.rows[at];
        image_index_free(&index);
        if (result == 0)
            return 0;
        if (err->kind != ERR_REFUSED || err->code != ENOENT || !image_builtin_is(word) ||
            image_builtin_make(store, err) < 0)
            return -1;
    }
    return -1;
}

/* Unpack the layers from `missing` on. */
static int heal(const struct store *store, const struct image_row *row,
    const struct image_config *config, size_t missing, struct err *err)
{
    struct image_parts parts;
    cleanup_close int guard = -1;
    int result = image_guard(store, false, &guard, err);

    if (result < 0)
        return -1;
    result = image_parts_read(store, row->manifest, &parts, err);
    for (size_t i = missing; result == 0 && i < config->diff_ids_count; i++) {
        cleanup_close int blob = blob_open(store, parts.manifest.layers[i].digest, err);
        result = blob < 0 ? -1 : layer_add(store, blob, config->diff_ids, i, &TAR_LIMITS, err);
    }
    image_parts_free(&parts);
    return result;
}

static int find_lower(const struct store *store, const struct image_row *row,
    const struct image_config *config, char **ret, struct err *err)
{
    size_t missing;

    *ret = layer_lower(store, config->diff_ids, config->diff_ids_count, &missing, err);
    if (!*ret && missing < config->diff_ids_count) {
        if (heal(store, row, config, missing, err) < 0)
            return -1;
        *ret = layer_lower(store, config->diff_ids, config->diff_ids_count, &missing, err);
    }
    return *ret ? 0 : -1;
}

int image_find(const struct store *store, const char *word, struct image *ret, struct err *err)
{
    struct image_row row;
    struct image_config config;
    size_t length;

    *ret = (struct image){0};
    if (image_row_find(store, word, &row, err) < 0)
        return err->kind == ERR_REFUSED && err->code == ENOENT ? not_here(word, err) : -1;
    cleanup_free char *text = blob_read(store, row.id, &length, err);
    if (!text ||
        image_config_parse("image configuration", text, length, &ret->memory, &config, err) < 0) {
        image_free(ret);
        return -1;
    }
    strcpy(ret->id, row.id);
    snprintf(ret->name, sizeof(ret->name), "%s", image_name_familiar(row.name));
    ret->config = config.config;
    ret->os = config.os;
    ret->architecture = config.architecture;
    ret->variant = config.variant;
    if (find_lower(store, &row, &config, &ret->lower, err) == 0)
        return 0;
    image_free(ret);
    return -1;
}

bool image_builtin_has(const struct store *store, const char *program)
{
    char path[PATH_MAX];
    struct image image;
    struct err ignored;
    struct stat st;

    if (strchr(program, '/') || image_find(store, IMAGE_BUILTIN, &image, &ignored) < 0)
        return false;
    const char *top = image.lower;
    snprintf(path, sizeof(path), "%.*s/bin/%s", (int)strcspn(top, ":"), top, program);
    bool has = lstat(path, &st) == 0;
    image_free(&image);
    return has;
}
