// SPDX-License-Identifier: MIT
/*
 * What nobody uses: mark and sweep. The index says which manifests there are, a manifest its blobs,
 * a configuration its layers, and the cache of builds those of its steps; all else goes. So nothing
 * is counted, and a command that was killed at any moment can have left no wrong count, only files
 * that the next sweep takes.
 *
 * What must hold: nobody brings anything in meanwhile (image_guard), and every image of the index
 * could be read: with one that could not, what it uses is not known, and nothing is swept.
 */
#include "image_blob.h"
#include "image_manifest.h"
#include "image_remove.h"
#include "layer.h"

#include "engine/build/build_cache.h"

#include "cleanup.h"
#include "remove.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sweep {
    const struct store *store;
    struct image_removal *removal;
    char (*used)[DIGEST_TEXT]; /* blobs and chains alike */
    size_t count, room;
};

static int mark(struct sweep *sweep, const char *digest, struct err *err)
{
    if (sweep->count == sweep->room) {
        size_t room = sweep->room ? sweep->room * 2 : 64;
        void *larger = reallocarray(sweep->used, room, sizeof(*sweep->used));
        if (!larger)
            return err_sys(err, "no memory for the list of what is used");
        sweep->used = larger;
        sweep->room = room;
    }
    strcpy(sweep->used[sweep->count++], digest);
    return 0;
}

static bool is_used(const char *digest, void *arg)
{
    const struct sweep *sweep = arg;

    for (size_t i = 0; i < sweep->count; i++) {
        if (strcmp(sweep->used[i], digest) == 0)
            return true;
    }
    return false;
}

static int mark_image(struct sweep *sweep, const char *manifest, struct err *err)
{
    char chain[DIGEST_TEXT];
    struct image_parts parts;
    int result = image_parts_read(sweep->store, manifest, &parts, err);

    if (result == 0 && mark(sweep, manifest, err) == 0)
        result = mark(sweep, parts.id, err);
    for (size_t i = 0; result == 0 && i < parts.manifest.layers_count; i++) {
        result = mark(sweep, parts.manifest.layers[i].digest, err);
        layer_chain(parts.config.diff_ids, i + 1, chain);
        if (result == 0)
            result = mark(sweep, chain, err);
    }
    image_parts_free(&parts);
    return result;
}

/* The layers below it are another step's, or of the image that the build begins with. */
static int mark_step(const char *key, const struct build_result *result, void *arg, struct err *err)
{
    struct sweep *sweep = arg;

    (void)key;
    if (!result || !result->diff_id[0])
        return 0;
    return mark(sweep, result->diff_id, err) < 0 ? -1 : mark(sweep, result->chain, err);
}

/* A layer that goes is told of. */
static bool keep_layer(const char *chain, void *arg)
{
    const struct sweep *sweep = arg;

    if (is_used(chain, arg))
        return true;
    sweep->removal->bytes += layer_size(sweep->store, chain);
    if (sweep->removal->deleted)
        sweep->removal->deleted(sweep->removal->arg, chain);
    return false;
}

static bool keep_blob(const char *name, struct sweep *sweep)
{
    char digest[DIGEST_TEXT];

    return snprintf(digest, sizeof(digest), "sha256:%s", name) < (int)sizeof(digest) &&
           is_used(digest, sweep);
}

/* Remove what a directory has; `partial`: of images/partial, where 64 digits are a download. */
static int sweep_dir(struct sweep *sweep, const char *part, bool downloads, struct err *err)
{
    char path[PATH_MAX], file[PATH_MAX];
    struct err ignored;

    if (store_dir(sweep->store, part, path, err) < 0)
        return -1;
    cleanup_closedir DIR *dir = opendir(path);
    if (!dir)
        return err_sys(err, "cannot open %s", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (dots || keep_blob(entry->d_name, sweep) ||
            (!downloads && strlen(entry->d_name) == DIGEST_HEX))
            continue;
        snprintf(file, sizeof(file), "%.*s/%s", PATH_MAX - 300, path, entry->d_name);
        if (unlink(file) < 0)
            remove_tree(file, &ignored);
    }
    return 0;
}

/* What is in the making has a name with a letter in front, or a dot; downloads have 64 digits. */
static bool has_leftover(const struct store *store, const char *part, bool dotted)
{
    char path[PATH_MAX];
    bool found = false;

    snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 32, store->root, part);
    cleanup_closedir DIR *dir = opendir(path);
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));) {
        bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        found = !dots && (dotted ? entry->d_name[0] == '.' : strlen(entry->d_name) != DIGEST_HEX);
    }
    return found;
}

int image_heal(const struct store *store, struct err *err)
{
    if (!has_leftover(store, "images/partial", false) && !has_leftover(store, "layers", true))
        return 0;
    return image_sweep(store, &(struct image_removal){0}, false, err);
}

int image_sweep(
    const struct store *store, struct image_removal *removal, bool partial, struct err *err)
{
    struct sweep sweep = {.store = store, .removal = removal};
    struct image_index index;
    cleanup_close int guard = -1, lock = -1;

    if (image_guard(store, true, &guard, err) < 0)
        return -1;
    if (guard < 0)
        return 0;
    int result = image_index_lock(store, &index, &lock, err);
    for (size_t i = 0; result == 0 && i < index.count; i++) {
        result = mark_image(&sweep, index.rows[i].manifest, err);
        if (result < 0)
            err_hint(err,
                "nobody knows what else of the store image %.*s needs -> rmi -f %.*s, and load or "
                "pull it again",
                STORE_SHORT_ID, digest_hex(index.rows[i].id), STORE_SHORT_ID,
                digest_hex(index.rows[i].id));
    }
    image_index_free(&index);
    if (result == 0)
        result = build_cache_each(store, mark_step, &sweep, err);
    if (result == 0)
        result = layer_sweep(store, keep_layer, &sweep, err);
    if (result == 0)
        result = sweep_dir(&sweep, "images/blobs/sha256", true, err);
    if (result == 0)
        result = sweep_dir(&sweep, "images/partial", partial, err);
    free(sweep.used);
    return result;
}
