// SPDX-License-Identifier: MIT
/*
 * push: the blobs first and the manifest last, so that whoever pulls meanwhile finds the image
 * before or the whole new one. What was pulled is sent byte for byte, and keeps its digests. Layers
 * that lie here uncompressed are sent compressed, so that the manifest becomes another; the image,
 * whose ID is of its configuration, stays what it is. The name has the new manifest from then on:
 * the next push compresses nothing, and a pull knows that all of it is here.
 */
#include "commands.h"

#include "engine/images/image_blob.h"
#include "engine/images/image_index.h"
#include "engine/images/image_manifest.h"
#include "engine/images/image_remove.h"
#include "engine/images/image_stage.h"
#include "engine/show/events.h"
#include "push_internal.h"
#include "upload.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The command at work. */
struct pushing {
    const struct push_args *args;
    struct store store;
    struct remote remote;
    struct image_index index;
    struct progress progress;
    struct push push; /* points at these */
};

/* A token must be good for reading there, too; before it is bought. */
static void add_scopes(struct pushing *push)
{
    char other[IMAGE_REPOSITORY];
    size_t count = 1;

    for (size_t i = 0; i < push->index.count && count < REMOTE_SCOPES; i++) {
        if (!push_other_repository(&push->push, &push->index.rows[i], other))
            continue;
        char *scope = push->remote.scopes[count];
        snprintf(scope, sizeof(push->remote.scopes[0]), "repository:%s:pull", other);
        bool known = false;
        for (size_t j = 0; j < count; j++)
            known |= strcmp(push->remote.scopes[j], scope) == 0;
        if (known)
            scope[0] = '\0';
        else
            count++;
    }
}

static int push_manifest(struct pushing *push, const struct image_row *row,
    const struct push_manifest *manifest, struct err *err)
{
    const char *tag = strrchr(row->name, ':') + 1;
    char url[HTTP_URL];
    struct http_request request = {
        .method = "PUT", .url = url, .type = row->media_type, .body = manifest->text};
    struct http_answer answer = {0};

    remote_url(&push->remote, url, "manifests/%s", tag);
    int result = remote_ask(&push->remote, &request, &answer, err);
    if (result == 0 && answer.status != 201)
        result = http_refused(&answer, push->remote.path, err);
    http_free(&answer);
    if (result == 0 && !push->args->quiet)
        printf("%s: digest: %s size: %zu\n", tag, manifest->digest, manifest->length);
    return result;
}

static int push_config(struct pushing *push, const char *id, struct err *err)
{
    cleanup_close int fd = blob_open(&push->store, id, err);
    struct upload upload = {.digest = id, .fd = fd};
    enum upload_result how;

    return fd < 0 || !blob_exists(&push->store, id, &upload.size)
               ? -1
               : upload_blob(&push->remote, &upload, &how, err);
}

static int push_image(
    struct pushing *push, struct image_row *row, const struct image_parts *parts, struct err *err)
{
    struct image_layer carried[IMAGE_LAYERS] = {0};
    struct push_manifest manifest = {0};
    struct image_stage room = {0};

    strcpy(manifest.digest, row->manifest);
    manifest.text = blob_read(&push->store, row->manifest, &manifest.length, err);
    int result = manifest.text ? image_stage_room(&push->store, &room, err) : -1;
    if (result == 0)
        result = push_layers(&push->push, parts, room.path, carried, err);
    if (result == 0)
        result = push_keep(&push->push, row, parts, carried, &manifest, err);
    if (result == 0)
        result = push_config(push, parts->id, err);
    if (result == 0)
        result = push_manifest(push, row, &manifest, err);
    for (size_t i = 0; i < parts->manifest.layers_count; i++)
        free(carried[i].path);
    if (room.path[0])
        image_stage_end(&room);
    free(manifest.text);
    return result;
}

static int push_row(struct pushing *push, struct image_row *row, struct err *err)
{
    struct image_parts parts;
    int result = image_parts_read(&push->store, row->manifest, &parts, err);

    if (result == 0)
        result = image_parts_check(&parts, err);
    progress_begin(
        &push->progress, result == 0 ? parts.manifest.layers_count : 0, push->args->quiet);
    if (result == 0)
        result = push_image(push, row, &parts, err);
    progress_end(&push->progress);
    if (result == 0)
        event_add(&push->store, "image", "push", image_name_familiar(row->name), NULL);
    image_parts_free(&parts);
    return result;
}

/* The row of the name, or with `all` each row of the repository. */
static bool is_meant(const struct image_row *row, const struct image_name *name, bool all)
{
    char full[IMAGE_NAME];
    size_t length = strlen(name->repository);

    image_name_full(name, full);
    if (all)
        return strncmp(row->name, name->repository, length) == 0 && row->name[length] == ':' &&
               !strchr(row->name, '@');
    return strcmp(row->name, full) == 0;
}

static int not_here(const struct pushing *push, const struct image_name *name, struct err *err)
{
    const char *familiar = image_name_familiar(name->repository);

    err_refuse(err, ENOENT, "An image does not exist locally with the tag: %s%s%s", familiar,
        name->tag[0] && !push->args->all_tags ? ":" : "", push->args->all_tags ? "" : name->tag);
    return err_hint(
        err, "a registry's host is part of the name -> mini-docker tag IMAGE %.200s", familiar);
}

static int push_all(struct pushing *push, const struct image_name *name, struct err *err)
{
    struct remote_options options = {
        .insecure = push->args->insecure, .stall_sec = globals.stall_sec};
    bool all = push->args->all_tags;
    size_t found = 0;

    for (size_t i = 0; i < push->index.count; i++)
        found += is_meant(&push->index.rows[i], name, all);
    if (found == 0)
        return not_here(push, name, err);
    if (!push->args->quiet)
        printf("The push refers to repository [%s]\n", name->repository);
    fflush(stdout);
    if (remote_prepare_repository(name, "pull,push", &options, &push->remote, err) < 0)
        return -1;
    add_scopes(push);
    if (remote_hello(&push->remote, err) < 0)
        return -1;
    for (size_t i = 0; i < push->index.count; i++) {
        if (is_meant(&push->index.rows[i], name, all) &&
            push_row(push, &push->index.rows[i], err) < 0)
            return -1;
    }
    return 0;
}

static int push_run(void *values, int argc, char **argv, struct err *err)
{
    static struct pushing push;
    struct image_name name;
    char full[IMAGE_NAME];
    cleanup_close int guard = -1; /* nothing is swept away while we read it */

    (void)argc;
    push = (struct pushing){
        .args = values, .push = {&push.store, &push.index, &push.remote, &push.progress}};
    if (image_name_parse(argv[0], &name, err) < 0)
        return -1;
    if (name.digest[0])
        return err_set(err, ERR_USAGE, "cannot push a digest reference");
    if (push.args->all_tags && name.tag[0])
        return err_set(err, ERR_USAGE, "tag can't be used with --all-tags/-a");
    if (!push.args->all_tags && !name.tag[0]) {
        strcpy(name.tag, "latest");
        if (!push.args->quiet)
            puts("Using default tag: latest");
    }
    if (store_open(globals.root, &push.store, err) < 0 || image_heal(&push.store, err) < 0 ||
        image_guard(&push.store, false, &guard, err) < 0)
        return -1;
    int result = image_index_read(&push.store, &push.index, err);
    if (result == 0)
        result = push_all(&push, &name, err);
    image_index_free(&push.index);
    explicit_bzero(&push.remote, sizeof(push.remote));
    image_name_full(&name, full);
    if (result == 0 && push.args->quiet)
        puts(push.args->all_tags ? name.repository : full);
    return result;
}

const struct command push_command = {ROW_PUSH, .run = push_run};
