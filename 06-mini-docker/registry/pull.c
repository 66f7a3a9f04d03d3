// SPDX-License-Identifier: MIT
/*
 * pull: manifest, configuration, layers; then the layers are unpacked, and
 * engine/images/image_add.c gives the image its name. Until that moment the store has nothing but
 * files that nobody speaks of.
 */
#include "commands.h"

#include "download.h"
#include "engine/images/image_blob.h"
#include "engine/images/image_index.h"
#include "engine/images/image_remove.h"
#include "engine/show/events.h"
#include "manifest.h"
#include "tags.h"
#include "unpack.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

struct pull {
    const struct pull_args *args;
    struct store store;
    struct remote remote;
    struct wanted wanted;
    struct progress progress;
};

/* What the name stood for before; "" for nothing. */
static void stood_for(const struct store *store, const char *full, char ret[DIGEST_TEXT])
{
    struct image_index index;
    struct err ignored;

    ret[0] = '\0';
    if (image_index_read(store, &index, &ignored) == 0) {
        for (size_t i = 0; i < index.count; i++) {
            if (strcmp(index.rows[i].name, full) == 0)
                strcpy(ret, index.rows[i].manifest);
        }
    }
    image_index_free(&index);
}

/* A line for each layer that is another than those before it. */
static int add_rows(
    struct pull *pull, const struct image_incoming *incoming, size_t *rows, struct err *err)
{
    for (size_t i = 0; i < incoming->layers_count; i++) {
        const struct image_layer *layer = &incoming->layers[i];
        size_t j = 0;
        if (layer->size > TAR_LIMITS.bytes) {
            err_refuse(
                err, EFBIG, "a layer says that it has %llu bytes", (unsigned long long)layer->size);
            return err_hint(err, "no image is so large -> do not trust this registry");
        }
        while (strcmp(incoming->layers[j].digest, layer->digest) != 0)
            j++;
        bool here = blob_exists(&pull->store, layer->digest, NULL);
        rows[i] = j < i ? rows[j]
                        : progress_add(&pull->progress, layer->digest,
                              here ? "Already exists" : "Pulling fs layer");
    }
    return 0;
}

static int fetch_layers(struct pull *pull, struct image_incoming *incoming, struct err *err)
{
    size_t rows[IMAGE_LAYERS];
    bool is_ready[IMAGE_LAYERS] = {false};
    struct unpack unpack = {.store = &pull->store,
        .incoming = incoming,
        .progress = &pull->progress,
        .rows = rows,
        .is_ready = is_ready};
    const struct download download = {.remote = &pull->remote,
        .store = &pull->store,
        .incoming = incoming,
        .progress = &pull->progress,
        .rows = rows,
        .is_ready = is_ready,
        .meanwhile = unpack_turn,
        .arg = &unpack};
    int result = add_rows(pull, incoming, rows, err);

    if (result == 0)
        result = unpack_begin(&unpack, err);
    if (result == 0)
        result = download_layers(&download, err);
    unpack_end(&unpack);
    return result;
}

static int take_image(
    struct pull *pull, const char *full, struct image_incoming *incoming, struct err *err)
{
    char digest[DIGEST_TEXT], id[DIGEST_TEXT], before[DIGEST_TEXT], after[DIGEST_TEXT];
    const char *familiar = image_name_familiar(full);

    if (manifest_fetch(&pull->remote, &pull->wanted, incoming, digest, err) < 0)
        return -1;
    if (!pull->args->quiet)
        printf("%s: Pulling from %s\n", pull->wanted.reference, pull->remote.path);
    fflush(stdout);
    stood_for(&pull->store, full, before);
    digest_of(incoming->manifest, incoming->manifest_length, after);
    bool same = strcmp(before, after) == 0;
    progress_begin(&pull->progress, incoming->layers_count, pull->args->quiet || same);
    int result = fetch_layers(pull, incoming, err);
    progress_end(&pull->progress);
    if (result == 0)
        result = image_add(&pull->store, incoming, &full, 1, &TAR_LIMITS, id, err);
    if (result < 0)
        return -1;
    event_add(&pull->store, "image", "pull", familiar, NULL);
    if (!pull->args->quiet)
        printf("Digest: %s\nStatus: %s for %s\n", digest,
            same ? "Image is up to date" : "Downloaded newer image", familiar);
    return 0;
}

static int pull_one(struct pull *pull, const struct image_name *name, struct err *err)
{
    struct image_incoming incoming = {0};
    char full[IMAGE_NAME];

    image_name_full(name, full);
    pull->wanted.store = &pull->store;
    pull->wanted.name = image_name_familiar(full);
    pull->wanted.reference = name->digest[0] ? name->digest : strrchr(full, ':') + 1;
    int result = take_image(pull, full, &incoming, err);
    image_incoming_free(&incoming);
    return result;
}

static int pull_all(struct pull *pull, const struct image_name *name, struct err *err)
{
    struct tags tags = {0};
    int result = tags_fetch(&pull->remote, &tags, err);

    for (size_t i = 0; result == 0 && i < tags.count; i++) {
        struct image_name one = *name;
        strcpy(one.tag, tags.items[i]);
        result = pull_one(pull, &one, err);
    }
    tags_free(&tags);
    return result;
}

static int begin(struct pull *pull, const char *word, struct image_name *name, struct err *err)
{
    struct remote_options options = {
        .insecure = pull->args->insecure, .stall_sec = globals.stall_sec};

    if (image_name_parse(word, name, err) < 0 || store_open(globals.root, &pull->store, err) < 0)
        return -1;
    if (name->digest[0])
        name->tag[0] = '\0'; /* as docker: the digest says all */
    if (pull->args->all_tags && (name->tag[0] || name->digest[0]))
        return err_set(err, ERR_USAGE, "tag can't be used with --all-tags/-a");
    if (!pull->args->all_tags && !name->tag[0] && !name->digest[0]) {
        strcpy(name->tag, "latest");
        if (!pull->args->quiet && !pull->args->for_run)
            puts("Using default tag: latest");
    }
    if (pull->args->missing) {
        char full[IMAGE_NAME];
        image_name_full(name, full);
        printf("Unable to find image '%s' locally\n", image_name_familiar(full));
    }
    fflush(stdout);
    return remote_open(name, "pull", &options, &pull->remote, err);
}

static int pull_run(void *values, int argc, char **argv, struct err *err)
{
    static struct pull pull;
    struct image_name name;
    char room[96], full[IMAGE_NAME];
    cleanup_close int guard = -1;

    (void)argc;
    pull = (struct pull){.args = values};
    pull.wanted.platform_given = pull.args->platform != NULL;
    if (image_platform_parse(pull.args->platform, room, &pull.wanted.platform, err) < 0 ||
        begin(&pull, argv[0], &name, err) < 0 || image_heal(&pull.store, err) < 0 ||
        image_guard(&pull.store, false, &guard, err) < 0)
        return -1;
    int result = pull.args->all_tags ? pull_all(&pull, &name, err) : pull_one(&pull, &name, err);
    explicit_bzero(&pull.remote, sizeof(pull.remote));
    if (result < 0) {
        struct err ignored;
        close_fd(&guard);
        image_heal(&pull.store, &ignored); /* a layer that was unpacked by half */
        return -1;
    }
    image_name_full(&name, full);
    if (!pull.args->for_run)
        puts(pull.args->all_tags ? name.repository : full);
    return 0;
}

const struct command pull_command = {ROW_PULL, .run = pull_run};
