// SPDX-License-Identifier: MIT
/*
 * A step that makes a layer: its key is looked up in the cache, and where that does not know it, it
 * is made: an archive of what has changed goes into the store by the same way as any other layer,
 * so that what is saved, pushed and laid under a container is one and the same.
 *
 * What must hold: the layer is in the store before the cache speaks of it, and nobody sweeps in
 * between (image_guard, which build.c holds). Whatever ends us leaves at most a directory in
 * images/partial, whose lock is free then, and which the next command that brings images in
 * removes.
 */
#include "build_internal.h"

#include "engine/images/image_blob.h"
#include "engine/images/image_stage.h"
#include "engine/images/layer.h"
#include "engine/store/remove_files.h"

#include "cleanup.h"

#include <fcntl.h>
#include <string.h>

/* From the archive to a layer of the store. */
static int take_layer(const struct build_step *step, const char *path, int fd,
    struct build_result *result, struct err *err)
{
    const struct store *store = step->at->build->store;
    const struct image_draft *draft = &step->at->stage->draft;
    const char *diff_ids[IMAGE_LAYERS + 1];

    if (draft->count == IMAGE_LAYERS)
        return err_refuse(err, 0, "the image has %d layers, and can have no more", IMAGE_LAYERS);
    if (blob_sum(path, result->diff_id, &result->size, err) < 0)
        return -1;
    for (size_t i = 0; i < draft->count; i++)
        diff_ids[i] = draft->diff_ids[i];
    diff_ids[draft->count] = result->diff_id; /* it is not compressed: both digests are one */
    layer_chain(diff_ids, draft->count + 1, result->chain);
    if (layer_add(store, fd, diff_ids, draft->count, &TAR_LIMITS, err) < 0)
        return -1;
    return blob_exists(store, result->diff_id, NULL)
               ? 0
               : blob_adopt(store, path, result->diff_id, err);
}

/* What was changed is in the archive now. It goes before the layer is brought to the disk (syncfs),
 * or it would be brought there too. */
static void forget_changes(const char *room)
{
    static const char *const dirs[] = {"upper", "work"};
    char path[PATH_MAX];
    struct err ignored;

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 16, room, dirs[i]);
        remove_files(path, &ignored);
    }
}

static int make_in(const struct build_step *step, const struct image_stage *room,
    struct build_result *result, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%.*s/layer", PATH_MAX - 16, room->path);
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(err, "cannot make %s", path);
    int made = step->make(step, room->path, fd, err);
    forget_changes(room->path);
    return made == 0 ? take_layer(step, path, fd, result, err) : made < 0 ? -1 : 0;
}

static int make_layer(
    const struct build_step *step, const char *key, struct build_result *result, struct err *err)
{
    const struct store *store = step->at->build->store;
    struct image_stage room;
    struct err ignored;
    int made = image_stage_room(store, &room, err);

    *result = (struct build_result){0};
    if (made == 0)
        made = make_in(step, &room, result, err);
    if (room.path[0])
        remove_files(room.path, &ignored);
    image_stage_end(&room);
    store_now(result->created);
    return made < 0 ? -1 : build_cache_keep(store, key, result, err);
}

int build_step_do(struct build_step *step, struct err *err)
{
    struct build *build = step->at->build;
    struct build_result result;
    char key[DIGEST_TEXT];

    build_key_end(step->key, key);
    bool cached = !build->options->no_cache && build_cache_find(build->store, key, &result);
    explain_step(&build->options->explain, "engine/build/build_cache.c", "key %.12s is %s",
        digest_hex(key), cached ? "known: the layer is there" : "not known, or not asked for");
    if (!cached && make_layer(step, key, &result, err) < 0)
        return -1;
    if (cached)
        build_progress_cached(&build->progress);
    else
        build_progress_done(&build->progress);
    struct image_layer layer = {.media_type = MEDIA_LAYER, .size = result.size};
    strcpy(layer.digest, result.diff_id);
    const struct image_step add = {.created = result.created,
        .created_by = step->created_by,
        .layer = result.diff_id[0] ? &layer : NULL,
        .diff_id = result.diff_id};
    return image_draft_step(&step->at->stage->draft, &add, err);
}
