// SPDX-License-Identifier: MIT
/*
 * What a container's first process is to mount: Docker's own list (defaults.c), changed where an
 * option changes it, and after it what the record asks for. All become the entries of an OCI
 * config; a volume is a bind of its _data. What has to be there on the host is made here, at the
 * start: directories of -v, volumes, and what is in them at their first use.
 */
#include "mounts_internal.h"

#include "copy_up.h"
#include "volume.h"

#include "cleanup.h"
#include "fsio.h"
#include "mount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a bind's propagation needs on the host's side: the mount of its source must take part. */
static int check_propagation(const struct mount_words *words, struct err *err)
{
    bool shared = strstr(words->propagation, "shared"), slave = strstr(words->propagation, "slave");
    struct mount_entry entry;

    if (!(shared || slave))
        return 0;
    if (mount_find(words->source, &entry, err) < 0)
        return -1;
    if (entry.shared || (slave && entry.master))
        return 0;
    err_refuse(err, EINVAL, "path %s is mounted on %s but it is not a shared%s mount",
        words->source, entry.point, slave ? " or slave" : "");
    return err_hint(err, "mount --make-shared %s", entry.point);
}

static int missing_source(const struct mount_words *words, struct err *err)
{
    return err_refuse(err, ENOENT,
        "invalid mount config for type \"bind\": bind source path does not exist: %s",
        words->source);
}

int mounts_check(const struct record *record, struct err *err)
{
    cleanup_free struct mount_words *words = NULL;
    size_t count;

    if (mount_words_all(record, &words, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (words[i].kind == MOUNT_KIND_BIND && !words[i].make_source &&
            !fsio_exists(NULL, words[i].source))
            return missing_source(&words[i], err);
    }
    return 0;
}

/* mkdir -p, with the modes that a directory for everybody has. */
static int make_source(const char *source, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s", source);
    for (char *slash = path; slash; *slash = '/') {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return err_sys(
                err, "error while creating mount source path '%s': mkdir %s", source, path);
        if (!slash)
            break;
    }
    return 0;
}

static int prepare_bind(const struct mount_words *words, struct mounts_made *made, struct err *err)
{
    size_t n = 0;

    if (!fsio_exists(NULL, words->source)) {
        if (!words->make_source)
            return missing_source(words, err);
        if (make_source(words->source, err) < 0)
            return -1;
    }
    if (check_propagation(words, err) < 0)
        return -1;
    made->options[n++] = words->non_recursive ? "bind" : "rbind";
    made->options[n++] = words->propagation;
    if (words->read_only) /* what is mounted below the source as well */
        made->options[n++] = words->non_recursive ? "ro" : "rro";
    return 0;
}

static int prepare_volume(const struct store *store, const struct record *record, const char *lower,
    const struct mount_words *words, struct mounts_made *made, struct err *err)
{
    const struct spec_pair label = {VOLUME_ANONYMOUS, ""};
    struct volume volume;
    size_t n = 0;

    if (volume_create(store, words->source, &label, words->anonymous, err) < 0 ||
        volume_load(store, words->source, &volume, err) < 0)
        return -1;
    snprintf(made->source, sizeof(made->source), "%s", volume.path);
    int result = words->no_copy ? 0 : copy_up(store, record, lower, words->target, &volume, err);
    volume_free(&volume);
    made->options[n++] = "rbind";
    made->options[n++] = "rprivate";
    if (words->read_only)
        made->options[n++] = "rro";
    return result;
}

/* Docker's three words stand first, so that --tmpfs /x:exec takes one of them back. */
static void prepare_tmpfs(const struct mount_words *words, struct mounts_made *made)
{
    size_t n = 0;
    char *rest = made->text;

    snprintf(made->text, sizeof(made->text), "%s", words->options);
    made->options[n++] = "noexec";
    made->options[n++] = "nosuid";
    made->options[n++] = "nodev";
    for (char *word; words->options[0] && n < MOUNTS_WORDS - 1 && (word = strsep(&rest, ","));)
        made->options[n++] = word;
}

static int prepare(const struct store *store, const struct record *record, const char *lower,
    const struct mount_words *words, struct mounts_made *made, struct spec_mount *mount,
    struct err *err)
{
    *mount = (struct spec_mount){.destination = words->target,
        .type = words->kind == MOUNT_KIND_TMPFS ? "tmpfs" : "bind",
        .source = words->kind == MOUNT_KIND_TMPFS    ? "tmpfs"
                  : words->kind == MOUNT_KIND_VOLUME ? made->source
                                                     : words->source,
        .options = made->options};
    switch (words->kind) {
    case MOUNT_KIND_BIND:
        return prepare_bind(words, made, err);
    case MOUNT_KIND_VOLUME:
        return prepare_volume(store, record, lower, words, made, err);
    case MOUNT_KIND_TMPFS:
        prepare_tmpfs(words, made);
    }
    return 0;
}

static int by_destination(const void *a, const void *b)
{
    const struct spec_mount *one = a, *other = b;

    return mount_words_order(one->destination, other->destination);
}

static struct mounts_memory *new_memory(const struct record *record, struct err *err)
{
    struct mount_words *words;
    size_t count;

    if (mount_words_all(record, &words, &count, err) < 0)
        return NULL;
    size_t room = count + MOUNT_WORDS_MORE;
    struct mounts_memory *memory =
        calloc(1, sizeof(*memory) + (room + MOUNTS_DEFAULTS) * sizeof(struct spec_mount));
    if (memory)
        memory->made = calloc(room, sizeof(*memory->made));
    if (!memory || !memory->made) {
        err_sys(err, "no memory for %zu mounts", room);
        free(memory);
        free(words);
        return NULL;
    }
    memory->words = words;
    memory->words_count = count;
    return memory;
}

int mounts_prepare(const struct store *store, const struct record *record, const char *lower,
    struct mounts *ret, struct err *err)
{
    struct mounts_memory *memory = new_memory(record, err);

    *ret = (struct mounts){.memory = memory};
    if (!memory)
        return -1;
    mounts_add_files(store, record, memory);
    ret->items = memory->items;
    ret->count = mounts_add_defaults(record, memory, memory->items);
    for (size_t i = 0; i < memory->words_count; i++) {
        if (prepare(store, record, lower, &memory->words[i], &memory->made[i],
                &memory->items[ret->count], err) < 0)
            return -1;
        ret->shared |= memory->words[i].kind == MOUNT_KIND_BIND &&
                       strstr(memory->words[i].propagation, "shared");
        ret->count++;
    }
    qsort(ret->items, ret->count, sizeof(*ret->items), by_destination);
    return 0;
}

int mounts_forget(const struct store *store, const struct record *record, struct err *err)
{
    cleanup_free struct mount_words *words = NULL;
    size_t count;

    if (mount_words_all(record, &words, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        /* never made, or in use by a container that was given its name: both are right */
        if (words[i].anonymous && volume_remove(store, words[i].source, err) < 0 &&
            err->kind != ERR_REFUSED)
            return -1;
    }
    return 0;
}

void mounts_free(struct mounts *mounts)
{
    if (mounts->memory) {
        free(mounts->memory->words);
        free(mounts->memory->made);
    }
    free(mounts->memory);
    *mounts = (struct mounts){0};
}
