// SPDX-License-Identifier: MIT
/*
 * Docker's archive: manifest.json lists images; each names the file with its configuration and
 * those with its layers, plain tars, lowest first. There are no digests but those in the
 * configuration, by which the layers are checked when they are unpacked.
 */
#include "image_load.h"

#include "image_name.h"

#include "cleanup.h"

#include "runtime/json.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <string.h>

struct docker_image {
    const char *config;
    const char *const *tags, *const *layers;
};

struct docker_archive {
    const struct docker_image *images;
    size_t images_count;
};

static const struct json_field IMAGE[] = {
    {JSON_AT("Config", JSON_STRING, struct docker_image, config), .required = true},
    JSON_FIELD("RepoTags", JSON_STRINGS, struct docker_image, tags),
    JSON_FIELD("Layers", JSON_STRINGS, struct docker_image, layers), /* null where there is none */
    {0},
};
static const struct json_table IMAGE_TABLE = {sizeof(struct docker_image), IMAGE};

/* The file is a list; the reader wants an object around it, which `read_list` adds. */
static const struct json_field ARCHIVE[] = {
    JSON_ITEMS(
        "manifest.json", JSON_LIST, struct docker_archive, images, images_count, &IMAGE_TABLE),
    {0},
};
static const struct json_table ARCHIVE_TABLE = {sizeof(struct docker_archive), ARCHIVE};

static int read_list(struct image_stage *stage, struct json_memory *memory,
    struct docker_archive *ret, struct err *err)
{
    struct json_reader reader = {.file = "the archive", .memory = memory, .err = err};
    cleanup_free char *whole = NULL;
    size_t length;
    cleanup_free char *text = image_stage_read(stage, "manifest.json", &length, err);

    if (!text)
        return -1;
    if (asprintf(&whole, "{\"manifest.json\":%s}", text) < 0)
        return err_sys(err, "no memory to read manifest.json");
    if (json_parse("manifest.json", whole, strlen(whole), memory, err) < 0)
        return -1;
    return json_read(&reader, &ARCHIVE_TABLE, ret);
}

static int take_docker_layer(
    struct image_stage *stage, const char *name, struct image_layer *ret, struct err *err)
{
    const char *compression;
    struct staged file;
    char clean[TAR_PATH];

    if (tar_clean_path(name, clean) < 0)
        return err_refuse(
            err, 0, "manifest.json names a layer outside of the archive: %.200s", name);
    if (image_stage_take(stage, clean, NULL, &file, &ret->path, err) < 0)
        return -1;
    cleanup_close int fd = open(ret->path, O_RDONLY | O_CLOEXEC);
    if (tar_compression(fd, &compression, err) < 0)
        return -1;
    snprintf(ret->media_type, sizeof(ret->media_type), MEDIA_LAYER "%s", compression);
    strcpy(ret->digest, file.digest);
    ret->size = file.size;
    return 0;
}

static int take_image(struct image_stage *stage, const struct docker_image *image,
    struct image_incoming *ret, struct err *err)
{
    char clean[TAR_PATH];

    if (tar_clean_path(image->config, clean) < 0)
        return err_refuse(
            err, 0, "manifest.json names a file outside of the archive: %.200s", image->config);
    ret->config = image_stage_read(stage, clean, &ret->config_length, err);
    if (!ret->config)
        return -1;
    for (size_t i = 0; image->layers && image->layers[i]; i++) {
        if (i == IMAGE_LAYERS)
            return err_refuse(err, 0, "the image has more than %d layers", IMAGE_LAYERS);
        ret->layers_count++;
        if (take_docker_layer(stage, image->layers[i], &ret->layers[i], err) < 0)
            return -1;
    }
    return 0;
}

enum { NAMES_MOST = 64 };

static int load_one(struct image_stage *stage, const struct docker_image *image,
    const struct image_load *load, struct err *err)
{
    struct image_incoming incoming = {0};
    static char full[NAMES_MOST][IMAGE_NAME];
    const char *names[NAMES_MOST];
    size_t count = 0;

    for (; image->tags && image->tags[count] && count < NAMES_MOST; count++) {
        struct image_name name;
        if (image_name_parse(image->tags[count], &name, err) < 0)
            return -1;
        image_name_full(&name, full[count]);
        names[count] = full[count];
    }
    int result = take_image(stage, image, &incoming, err);
    if (result == 0)
        result = image_load_add(stage, load, &incoming, names, count, err);
    image_incoming_free(&incoming);
    return result;
}

int image_load_docker(struct image_stage *stage, const struct image_load *load, struct err *err)
{
    struct json_memory memory = {0};
    struct docker_archive archive = {0};
    int result = read_list(stage, &memory, &archive, err);

    for (size_t i = 0; result == 0 && i < archive.images_count; i++)
        result = load_one(stage, &archive.images[i], load, err);
    json_memory_free(&memory);
    return result;
}
