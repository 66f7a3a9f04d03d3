// SPDX-License-Identifier: MIT
/*
 * First it is decided what goes in: rows of the index, those of an ID without their names, and each
 * blob of theirs once. Then it is written, in an order that depends on nothing else; there is no
 * time and no owner in it, so that the same images make the same archive.
 */
#include "image_save.h"

#include "engine/show/events.h"
#include "image_blob.h"
#include "image_manifest.h"
#include "tar.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

struct save {
    const struct store *store;
    struct image_index chosen;
    struct tar_writer tar;
    char (*written)[DIGEST_TEXT];
    size_t written_count, written_room;
    struct json_object *manifests; /* of index.json */
    struct json_object *images;    /* of manifest.json */
};

static int choose(struct save *save, const struct image_row *row, bool named, struct err *err)
{
    struct image_row copy = *row;

    if (!named)
        copy.name[0] = '\0';
    for (size_t i = 0; i < save->chosen.count; i++) {
        const struct image_row *other = &save->chosen.rows[i];
        if (strcmp(other->name, copy.name) == 0 && strcmp(other->manifest, copy.manifest) == 0)
            return 0;
    }
    return image_index_add(&save->chosen, &copy, err);
}

/* "busybox" is every tag of it; "busybox:1", "busybox@sha256:…" and IDs are one image. */
static int choose_word(
    struct save *save, const struct image_index *index, const char *word, struct err *err)
{
    struct image_row row;
    struct image_name name;
    struct err ignored;
    char full[IMAGE_NAME];
    size_t found = 0, length;

    if (image_row_find(save->store, word, &row, err) == 0) {
        bool named = image_name_parse(word, &name, &ignored) == 0 && !name.digest[0];
        if (named)
            image_name_full(&name, full);
        found++;
        if (choose(save, &row, named && strcmp(full, row.name) == 0, err) < 0)
            return -1;
    }
    if (image_name_parse(word, &name, &ignored) < 0 || name.tag[0] || name.digest[0])
        return found ? 0 : -1;
    length = strlen(name.repository);
    for (size_t i = 0; i < index->count; i++) {
        const char *other = index->rows[i].name;
        if (strncmp(other, name.repository, length) != 0 || other[length] != ':')
            continue;
        found++;
        if (choose(save, &index->rows[i], true, err) < 0)
            return -1;
    }
    return found ? 0 : -1;
}

static int write_blob(struct save *save, const char *digest, struct err *err)
{
    char path[96];

    for (size_t i = 0; i < save->written_count; i++) {
        if (strcmp(save->written[i], digest) == 0)
            return 0;
    }
    if (save->written_count == save->written_room) {
        size_t room = save->written_room ? save->written_room * 2 : 64;
        void *larger = reallocarray(save->written, room, sizeof(*save->written));
        if (!larger)
            return err_sys(err, "no memory for the list of blobs");
        save->written = larger;
        save->written_room = room;
    }
    strcpy(save->written[save->written_count++], digest);
    cleanup_close int fd = blob_open(save->store, digest, err);
    snprintf(path, sizeof(path), "blobs/sha256/%s", digest_hex(digest));
    return fd < 0 ? -1 : tar_write_file(&save->tar, path, 0644, fd, err);
}

/* A row of index.json. containerd and newer Dockers look for the first annotation, others for the
 * second, which for them is only the tag; skopeo and podman take it for the name. */
static void describe(struct save *save, const struct image_row *row)
{
    struct json_object *item = json_object_new_object(), *notes = json_object_new_object();

    json_add_string(item, "mediaType", row->media_type);
    json_add_string(item, "digest", row->manifest);
    json_object_object_add(item, "size", json_object_new_uint64(row->size));
    if (row->name[0]) {
        json_add_string(notes, ANNOTATION_IMAGE, row->name);
        json_add_string(notes, ANNOTATION_NAME, image_name_familiar(row->name));
        json_object_object_add(item, "annotations", notes);
    } else {
        json_object_put(notes);
    }
    json_object_array_add(save->manifests, item);
}

static struct json_object *blob_file(const char *digest)
{
    char path[96];

    snprintf(path, sizeof(path), "blobs/sha256/%s", digest_hex(digest));
    return json_object_new_string(path);
}

/* An item of manifest.json, with all the names of the image that were chosen. */
static void describe_docker(
    struct save *save, const char *manifest, const struct image_parts *parts)
{
    struct json_object *item = json_object_new_object(), *layers = json_object_new_array(),
                       *tags = NULL;

    for (size_t i = 0; i < save->chosen.count; i++) {
        const struct image_row *row = &save->chosen.rows[i];
        if (strcmp(row->manifest, manifest) != 0 || !row->name[0])
            continue;
        if (!tags)
            tags = json_object_new_array();
        json_object_array_add(tags, json_object_new_string(image_name_familiar(row->name)));
    }
    json_object_object_add(item, "Config", blob_file(parts->id));
    json_object_object_add(item, "RepoTags", tags);
    json_object_object_add(item, "Layers", layers);
    for (size_t i = 0; i < parts->manifest.layers_count; i++)
        json_object_array_add(layers, blob_file(parts->manifest.layers[i].digest));
    json_object_array_add(save->images, item);
}

/* True for a row whose image an earlier row had already. */
static bool is_second(const struct save *save, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(save->chosen.rows[i].manifest, save->chosen.rows[at].manifest) == 0)
            return true;
    }
    return false;
}

static int write_image(struct save *save, const char *manifest, struct err *err)
{
    struct image_parts parts;
    int result = image_parts_read(save->store, manifest, &parts, err);

    for (size_t i = 0; result == 0 && i < parts.manifest.layers_count; i++)
        result = write_blob(save, parts.manifest.layers[i].digest, err);
    if (result == 0)
        result = write_blob(save, parts.id, err);
    if (result == 0)
        result = write_blob(save, manifest, err);
    if (result == 0)
        describe_docker(save, manifest, &parts);
    image_parts_free(&parts);
    return result;
}

static int write_json(
    struct save *save, const char *name, struct json_object *object, struct err *err)
{
    size_t length;
    const char *text = json_object_to_json_string_length(
        object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);

    return tar_write_text(&save->tar, name, text, length, err);
}

static int write_all(struct save *save, bool docker, struct err *err)
{
    static const char layout[] = "{\"imageLayoutVersion\": \"1.0.0\"}";
    struct json_object *index = json_object_new_object();
    int result = tar_write_dir(&save->tar, "blobs", 0755, err);

    json_object_object_add(index, "schemaVersion", json_object_new_int(2));
    json_add_string(index, "mediaType", MEDIA_INDEX);
    json_object_object_add(index, "manifests", json_object_get(save->manifests));
    if (result == 0)
        result = tar_write_dir(&save->tar, "blobs/sha256", 0755, err);
    for (size_t i = 0; result == 0 && i < save->chosen.count; i++) {
        if (!is_second(save, i))
            result = write_image(save, save->chosen.rows[i].manifest, err);
        describe(save, &save->chosen.rows[i]);
    }
    if (result == 0)
        result = write_json(save, "index.json", index, err);
    if (result == 0 && docker)
        result = write_json(save, "manifest.json", save->images, err);
    if (result == 0)
        result = tar_write_text(&save->tar, "oci-layout", layout, sizeof(layout) - 1, err);
    json_object_put(index);
    return result;
}

int image_save(const struct store *store, char *const words[], int fd, const char *path,
    bool docker, struct err *err)
{
    struct save save = {.store = store};
    struct image_index index;
    cleanup_close int guard = -1; /* nothing is swept away while we read it */
    int result = image_guard(store, false, &guard, err);

    if (result < 0)
        return -1;
    result = image_index_read(store, &index, err);
    for (size_t i = 0; result == 0 && words[i]; i++)
        result = choose_word(&save, &index, words[i], err);
    image_index_free(&index);
    save.manifests = json_object_new_array();
    save.images = json_object_new_array();
    if (result == 0 && (result = tar_write_begin(fd, path, &save.tar, err)) == 0)
        result = write_all(&save, docker, err);
    struct err ignored;
    if (save.tar.tar && tar_write_end(&save.tar, result == 0 ? err : &ignored) < 0)
        result = -1;
    for (size_t i = 0; result == 0 && i < save.chosen.count; i++)
        event_add(store, "image", "save", save.chosen.rows[i].id,
            (const struct event_attribute[]){
                {"name", image_name_familiar(save.chosen.rows[i].name)}, {0}});
    json_object_put(save.manifests);
    json_object_put(save.images);
    image_index_free(&save.chosen);
    free(save.written);
    return result;
}
