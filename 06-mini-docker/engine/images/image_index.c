// SPDX-License-Identifier: MIT
/*
 * index.json is small and written rarely, so it is read into rows, changed there and written again
 * as a whole. Rows of others' making that say nothing we need are read too; what we add to the
 * standard is one annotation, the configuration's digest, which saves opening each manifest to find
 * an image by its ID.
 *
 * What must hold: what a row names is in the store before the row is. So all blobs are on the disk
 * first, with their directory; then a new index.json, by rename (common/fsio.h says whole; here it
 * is also fsynced).
 */
#include "image_index.h"

#include "image_manifest.h"

#include "cleanup.h"
#include "fsio.h"

#include "runtime/json_write.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define ANNOTATION_ID "mini-docker.image.id"

static const char LAYOUT[] = "{\"imageLayoutVersion\": \"1.0.0\"}\n";

int image_index_add(struct image_index *index, const struct image_row *row, struct err *err)
{
    if (index->count == index->room) {
        size_t room = index->room ? index->room * 2 : 16;
        struct image_row *larger = reallocarray(index->rows, room, sizeof(*larger));
        if (!larger)
            return err_sys(err, "no memory for the list of images");
        index->rows = larger;
        index->room = room;
    }
    index->rows[index->count++] = *row;
    return 0;
}

void image_index_free(struct image_index *index)
{
    free(index->rows);
    *index = (struct image_index){0};
}

/* A row of an index; the ID of one that is not of our making is in its manifest. */
static int read_row(const struct store *store, const struct image_descriptor *from,
    struct image_row *ret, struct err *err)
{
    const char *name = image_annotation(from, ANNOTATION_NAME);
    const char *id = image_annotation(from, ANNOTATION_ID);
    struct image_parts parts;

    *ret = (struct image_row){.size = from->size};
    snprintf(ret->name, sizeof(ret->name), "%s", name ? name : "");
    snprintf(ret->manifest, sizeof(ret->manifest), "%s", from->digest);
    snprintf(ret->media_type, sizeof(ret->media_type), "%s",
        from->media_type ? from->media_type : MEDIA_MANIFEST);
    if (id && digest_check(ANNOTATION_ID, id, err) == 0) {
        snprintf(ret->id, sizeof(ret->id), "%s", id);
        return 0;
    }
    int result = image_parts_read(store, from->digest, &parts, err);
    snprintf(ret->id, sizeof(ret->id), "%s", parts.id);
    image_parts_free(&parts);
    return result;
}

int image_index_read(const struct store *store, struct image_index *ret, struct err *err)
{
    struct image_index_file file;
    struct json_memory memory = {0};
    struct image_row row;
    char path[PATH_MAX];

    *ret = (struct image_index){0};
    snprintf(path, sizeof(path), "%.*s/images/index.json", PATH_MAX - 32, store->root);
    cleanup_free char *text = fsio_read(NULL, path, err);
    if (!text)
        return err->code == ENOENT ? 0 : -1;
    int result = image_index_parse(path, text, strlen(text), &memory, &file, err);
    if (result < 0) {
        err->kind = ERR_SYS; /* no word that was typed is wrong */
        err_hint(err, "it is written whole or not at all, so somebody changed it -> mend it; or "
                      "remove the file, and load or pull the images again");
    }
    for (size_t i = 0; result == 0 && i < file.manifests_count; i++) {
        result = read_row(store, &file.manifests[i], &row, err);
        if (result == 0)
            result = image_index_add(ret, &row, err);
    }
    json_memory_free(&memory);
    return result;
}

int image_index_lock(
    const struct store *store, struct image_index *ret, int *ret_lock, struct err *err)
{
    *ret = (struct image_index){0};
    if (store_lock(store, "images", ret_lock, err) < 0)
        return -1;
    return image_index_read(store, ret, err);
}

static struct json_object *describe_row(const struct image_row *row)
{
    struct json_object *ret = json_object_new_object(), *notes = json_object_new_object();

    json_add_string(ret, "mediaType", row->media_type);
    json_add_string(ret, "digest", row->manifest);
    json_object_object_add(ret, "size", json_object_new_uint64(row->size));
    if (row->name[0])
        json_add_string(notes, ANNOTATION_NAME, row->name);
    json_add_string(notes, ANNOTATION_ID, row->id);
    json_object_object_add(ret, "annotations", notes);
    return ret;
}

/* A file of the layout that outlives a lost power: written beside, fsynced, renamed. Its directory
 * is the caller's to sync. */
static int write_file(const char *dir, const char *name, const char *text, struct err *err)
{
    char path[PATH_MAX], fresh[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 32, dir, name);
    snprintf(fresh, sizeof(fresh), "%.*s/.%s", PATH_MAX - 32, dir, name);
    cleanup_close int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    size_t length = strlen(text);
    if (fd < 0)
        return err_sys(err, "cannot make %s", fresh);
    ssize_t written = write(fd, text, length);
    if (written >= 0 && (size_t)written < length) {
        errno = ENOSPC;
        written = -1;
    }
    if (written >= 0 && fsync(fd) == 0 && rename(fresh, path) == 0)
        return 0;
    err_sys(err, "cannot write %s", path);
    unlink(fresh);
    return -1;
}

/* ROOT/images/.spare is as large as the index and a file of its own: room, and an inode, for one
 * more. Where it cannot be had, a full disk has to be cleared by other means. */
static void spare_path(const struct store *store, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%.*s/images/.spare", PATH_MAX - 16, store->root);
}

static void keep_spare(const struct store *store, size_t bytes)
{
    char path[PATH_MAX];

    spare_path(store, path);
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && fallocate(fd, 0, 0, (off_t)bytes) < 0)
        unlink(path);
}

int image_index_write(const struct store *store, const struct image_index *index, struct err *err)
{
    struct json_object *root = json_object_new_object(), *list = json_object_new_array();
    char images[PATH_MAX];

    json_object_object_add(root, "schemaVersion", json_object_new_int(2));
    json_add_string(root, "mediaType", MEDIA_INDEX);
    json_object_object_add(root, "manifests", list);
    for (size_t i = 0; i < index->count; i++)
        json_object_array_add(list, describe_row(&index->rows[i]));
    const char *text = json_object_to_json_string_ext(
        root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    int result = store_dir(store, "images", images, err);
    if (result == 0 && !fsio_exists(images, "oci-layout"))
        result = write_file(images, "oci-layout", LAYOUT, err);
    if (result == 0)
        result = store_sync(store, "images/blobs/sha256", err);
    if (result == 0)
        result = write_file(images, "index.json", text, err);
    if (result == 0)
        result = store_sync(store, "images", err);
    if (result == 0)
        keep_spare(store, strlen(text));
    json_object_put(root);
    return result;
}

int image_index_write_less(
    const struct store *store, const struct image_index *index, struct err *err)
{
    char path[PATH_MAX];

    if (image_index_write(store, index, err) == 0)
        return 0;
    spare_path(store, path);
    if ((err->code != ENOSPC && err->code != EDQUOT) || unlink(path) < 0)
        return -1;
    return image_index_write(store, index, err);
}

size_t image_index_names(const struct image_index *index, const char *id)
{
    size_t names = 0;

    for (size_t i = 0; i < index->count; i++)
        names += index->rows[i].name[0] && strcmp(index->rows[i].id, id) == 0;
    return names;
}

void image_index_drop(struct image_index *index, size_t at)
{
    memmove(index->rows + at, index->rows + at + 1, (index->count - at - 1) * sizeof(*index->rows));
    index->count--;
}

/* Whoever has the name loses it. */
static void take_name(struct image_index *index, const char *name)
{
    for (size_t i = 0; i < index->count; i++) {
        if (strcmp(index->rows[i].name, name) != 0)
            continue;
        if (image_index_names(index, index->rows[i].id) > 1)
            image_index_drop(index, i);
        else
            index->rows[i].name[0] = '\0';
        return;
    }
}

int image_index_set(
    struct image_index *index, const struct image_row *row, const char *name, struct err *err)
{
    struct image_row named = *row;

    if (strncmp(image_name_familiar(name), "sha256:", 7) == 0)
        return err_refuse(
            err, EINVAL, "refusing to create an ambiguous tag using digest algorithm as name");
    if (name[0])
        take_name(index, name);
    for (size_t i = 0; i < index->count; i++) {
        bool same = strcmp(index->rows[i].id, row->id) == 0;
        if (same && !name[0])
            return 0; /* it is known, and needs no row without a name */
        if (same && !index->rows[i].name[0])
            image_index_drop(index, i--);
    }
    snprintf(named.name, sizeof(named.name), "%s", name);
    return image_index_add(index, &named, err);
}

int image_guard(const struct store *store, bool alone, int *ret_fd, struct err *err)
{
    char dir[PATH_MAX];

    *ret_fd = -1;
    if (store_dir(store, "images/partial", dir, err) < 0)
        return -1;
    cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", dir);
    if (flock(fd, alone ? LOCK_EX | LOCK_NB : LOCK_SH) < 0)
        return alone && errno == EWOULDBLOCK ? 0 : err_sys(err, "cannot lock %s", dir);
    *ret_fd = steal_fd(&fd);
    return 0;
}
