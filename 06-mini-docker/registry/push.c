// SPDX-License-Identifier: MIT
/*
 * push: the blobs first and the manifest last, so that whoever pulls meanwhile finds the image
 * before or the whole new one. All is sent as the store has it, byte for byte: what was pulled
 * keeps its digests.
 */
#include "commands.h"

#include "engine/images/image_blob.h"
#include "engine/images/image_index.h"
#include "engine/images/image_manifest.h"
#include "engine/show/events.h"
#include "upload.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

struct push {
    const struct push_args *args;
    struct store store;
    struct remote remote;
    struct image_index index;
    struct progress progress;
};

/* The repository of a row, where it is of this registry and another than this one; else NULL. */
static const char *other_repository(
    const struct push *push, const struct image_row *row, char ret[IMAGE_REPOSITORY])
{
    size_t host = strlen(push->remote.host);
    struct image_name name;
    struct err ignored;

    if (!row->name[0] || image_name_parse(row->name, &name, &ignored) < 0 ||
        strncmp(name.repository, push->remote.host, host) != 0 || name.repository[host] != '/' ||
        strcmp(name.repository + host + 1, push->remote.path) == 0)
        return NULL;
    return strcpy(ret, name.repository + host + 1);
}

/* Another repository of this registry that should have the layer: one that an image here came from,
 * or went to. */
static const char *mount_from(
    const struct push *push, const char *digest, char ret[IMAGE_REPOSITORY])
{
    bool found = false;

    for (size_t i = 0; i < push->index.count && !found; i++) {
        const struct image_row *row = &push->index.rows[i];
        struct image_parts parts;
        struct err ignored;
        if (!other_repository(push, row, ret))
            continue;
        if (image_parts_read(&push->store, row->manifest, &parts, &ignored) == 0) {
            for (size_t j = 0; j < parts.manifest.layers_count; j++)
                found |= strcmp(parts.manifest.layers[j].digest, digest) == 0;
        }
        image_parts_free(&parts);
    }
    return found ? ret : NULL;
}

/* A token must be good for reading there, too; before it is bought. */
static void add_scopes(struct push *push)
{
    char other[IMAGE_REPOSITORY];
    size_t count = 1;

    for (size_t i = 0; i < push->index.count && count < REMOTE_SCOPES; i++) {
        if (!other_repository(push, &push->index.rows[i], other))
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

static int push_layer(struct push *push, const char *digest, size_t row, struct err *err)
{
    char from[IMAGE_REPOSITORY], mounted[IMAGE_REPOSITORY + 16];
    const char *other = mount_from(push, digest, from);
    enum upload_result how;

    if (upload_blob(&push->remote, &push->store, digest, other, &push->progress, row, &how, err) <
        0)
        return -1;
    /* its line in a terminal is drawn again, and must be one line */
    snprintf(mounted, sizeof(mounted), "Mounted from %s", other ? other : "");
    const char *const states[] = {[UPLOAD_SENT] = "Pushed",
        [UPLOAD_WAS_THERE] = "Layer already exists",
        [UPLOAD_MOUNTED] = push->progress.live ? "Mounted" : mounted};
    progress_state(&push->progress, row, states[how]);
    return 0;
}

static int push_layers(struct push *push, const struct image_manifest *manifest, struct err *err)
{
    size_t rows[IMAGE_LAYERS], count = 0;
    const char *digests[IMAGE_LAYERS];

    for (size_t i = 0; i < manifest->layers_count; i++) {
        bool known = false;
        for (size_t j = 0; j < count; j++)
            known |= strcmp(digests[j], manifest->layers[i].digest) == 0;
        if (known)
            continue;
        digests[count] = manifest->layers[i].digest;
        rows[count++] = progress_add(&push->progress, manifest->layers[i].digest, "Preparing");
    }
    for (size_t i = 0; i < count; i++) {
        if (push_layer(push, digests[i], rows[i], err) < 0)
            return -1;
    }
    return 0;
}

static int push_manifest(
    struct push *push, const struct image_row *row, const char *tag, struct err *err)
{
    char url[HTTP_URL];
    size_t length;
    cleanup_free char *text = blob_read(&push->store, row->manifest, &length, err);
    struct http_request request = {
        .method = "PUT", .url = url, .type = row->media_type, .body = text};
    struct http_answer answer = {0};

    if (!text)
        return -1;
    remote_url(&push->remote, url, "manifests/%s", tag);
    int result = remote_ask(&push->remote, &request, &answer, err);
    if (result == 0 && answer.status != 201)
        result = http_refused(&answer, push->remote.path, err);
    http_free(&answer);
    if (result == 0 && !push->args->quiet)
        printf("%s: digest: %s size: %zu\n", tag, row->manifest, length);
    return result;
}

static int push_row(struct push *push, const struct image_row *row, struct err *err)
{
    struct image_parts parts;
    enum upload_result how;
    int result = image_parts_read(&push->store, row->manifest, &parts, err);

    progress_begin(
        &push->progress, result == 0 ? parts.manifest.layers_count : 0, push->args->quiet);
    if (result == 0)
        result = push_layers(push, &parts.manifest, err);
    if (result == 0)
        result = upload_blob(
            &push->remote, &push->store, parts.id, NULL, &(struct progress){0}, 0, &how, err);
    progress_end(&push->progress);
    if (result == 0)
        result = push_manifest(push, row, strrchr(row->name, ':') + 1, err);
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

static int not_here(const struct push *push, const struct image_name *name, struct err *err)
{
    const char *familiar = image_name_familiar(name->repository);

    err_refuse(err, ENOENT, "An image does not exist locally with the tag: %s%s%s", familiar,
        name->tag[0] && !push->args->all_tags ? ":" : "", push->args->all_tags ? "" : name->tag);
    return err_hint(
        err, "a registry's host is part of the name -> mini-docker tag IMAGE %.200s", familiar);
}

static int push_all(struct push *push, const struct image_name *name, struct err *err)
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
    static struct push push;
    struct image_name name;
    char full[IMAGE_NAME];
    cleanup_close int guard = -1; /* nothing is swept away while we read it */

    (void)argc;
    push = (struct push){.args = values};
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
    if (store_open(globals.root, &push.store, err) < 0 ||
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
