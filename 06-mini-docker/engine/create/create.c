// SPDX-License-Identifier: MIT
/*
 * From words to a container. The image is found first, since what it says is what nobody need say;
 * then each part of the record is filled by a file of its own (creation.h), which refuses what
 * `start` could not do; and when nothing can go wrong with a word any more, the record is written,
 * with which the container is there.
 */
#include "create.h"

#include "create_name.h"
#include "creation.h"
#include "engine/images/image_index.h"
#include "engine/images/image_manifest.h"
#include "engine/images/image_remote.h"
#include "engine/show/events.h"
#include "engine/store/record_names.h"

#include "cleanup.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ATTEMPTS = 100 };

static int pull(const struct creation *creation, const char *word, bool missing)
{
    struct image_pull pull = {.missing = missing,
        .platform = creation->options->platform,
        .quiet = creation->options->quiet};

    return image_pull(creation->store, word, &pull, creation->err);
}

/* An image for another kind of machine than --platform says is not the one that is meant. */
static int check_platform(struct creation *creation, const char *word, struct image *image)
{
    const struct image_platform has = {
        .os = image->os, .architecture = image->architecture, .variant = image->variant};
    const char *text = creation->options->platform;
    struct image_platform wanted;
    char room[96];

    if (!text)
        return 0;
    if (image_platform_parse(text, room, &wanted, creation->err) < 0) {
        image_free(image);
        return -1;
    }
    if (image_platform_fits(&wanted, &has))
        return 0;
    err_refuse(creation->err, ENOENT,
        "image with reference %s was found but does not match the specified platform: wanted %s, "
        "actual: %s/%s",
        word, text, has.os ?: "linux", has.architecture ?: "");
    image_free(image);
    return -1;
}

/*
 * The first word is the image. Where it is none that we have, but a program of the built-in
 * busybox, that image is meant, and the word is the program; else it is fetched.
 */
static int find_image(struct creation *creation, const char *word, struct image *ret)
{
    const char *when = creation->options->pull ?: "missing";
    struct err *err = creation->err;

    if (strcmp(when, "always") == 0 && pull(creation, word, false) < 0)
        return -1;
    bool found = image_find(creation->store, word, ret, err) == 0;
    if (found && check_platform(creation, word, ret) == 0)
        return 0;
    if (err->kind != ERR_REFUSED || err->code != ENOENT)
        return -1;
    if (!found && image_builtin_has(creation->store, word)) {
        creation->record->config.image = "busybox";
        creation->command--;
        return image_find(creation->store, "busybox", ret, err);
    }
    if (strcmp(when, "missing") != 0 || pull(creation, word, true) < 0)
        return -1;
    return image_find(creation->store, word, ret, err);
}

static int choose_image(struct creation *creation, struct image *ret)
{
    char *const *words = creation->command;

    if (creation->options->rootfs)
        return 0;
    creation->record->config.image = words[0];
    creation->command = words + 1;
    if (!creation->image_given && find_image(creation, words[0], ret) < 0)
        return -1;
    creation->image = &ret->config;
    creation->record->image_id = ret->id;
    return 0;
}

static int choose_root(struct creation *creation)
{
    const char *dir = creation->options->rootfs;
    char path[PATH_MAX];

    if (!dir)
        return 0;
    if (rootfs_check(dir, creation->err) < 0)
        return -1;
    if (!realpath(dir, path))
        return err_sys(creation->err, "cannot find the path of --rootfs %s", dir);
    creation->record->host.rootfs = json_print(&creation->memory, "%s", path);
    return creation->record->host.rootfs ? 0 : -1;
}

static int check_words(struct creation *creation)
{
    static const char *const when[] = {"always", "missing", "never", NULL};
    const char *name = creation->options->name, *given = creation->options->pull ?: "missing";
    const char *const *word = when;

    while (*word && strcmp(*word, given) != 0)
        word++;
    if (!*word)
        return err_set(creation->err, ERR_USAGE,
            "invalid pull option: '%.40s': must be one of \"always\", \"missing\" or \"never\"",
            given);
    if (name && !record_name_is_valid(name + (name[0] == '/')))
        return err_refuse(creation->err, EINVAL,
            "Invalid container name (%.80s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
    return 0;
}

static int fill(struct creation *creation)
{
    static int (*const parts[])(struct creation *) = {create_refused, create_config, create_env,
        create_labels, create_health, create_limits, create_devices, create_modes, create_network,
        create_ports, create_mounts};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i](creation) < 0)
            return -1;
    }
    return 0;
}

/* With --name that one; else names are made up until one is free. Until it is written nobody knows
 * that the image is used, so it is held so long: else `rmi` could take it away meanwhile. */
static int write_record(struct creation *creation)
{
    const char *given = creation->options->name;
    struct record *record = creation->record;
    cleanup_close int pin = -1;
    char name[CREATE_NAME];

    if (record->image_id && !creation->image_given &&
        image_pin(creation->store, record->image_id, &pin, creation->err) < 0)
        return -1;

    for (unsigned attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        if (!given)
            create_name(attempt, name);
        record->name =
            given ? given + (given[0] == '/') : json_print(&creation->memory, "%s", name);
        if (!record->name)
            return -1;
        if ((creation->image_given ? record_create_held(creation->store, record, creation->err)
                                   : record_create(creation->store, record,
                                         !record->host.auto_remove, creation->err)) == 0)
            return 0;
        if (given || creation->err->kind != ERR_REFUSED)
            return -1;
    }
    return -1;
}

/* Taken before the container is there, so that a file that is in the way stops it. */
static int open_cidfile(const char *path, int *ret_fd, struct err *err)
{
    if (!path)
        return 0;
    *ret_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (*ret_fd >= 0)
        return 0;
    if (errno == EEXIST)
        return err_refuse(err, EINVAL,
            "container ID file found, make sure the other container isn't running or delete %.200s",
            path);
    return err_sys(err, "failed to create the container ID file %s", path);
}

static int make_record(struct creation *creation, struct created *ret)
{
    char *id = creation_alloc(creation, 1, STORE_ID + 1);
    char *now = creation_alloc(creation, 1, STORE_TIME);

    if (!id || !now || store_new_id(id, creation->err) < 0)
        return -1;
    store_now(now);
    creation->record->id = id;
    creation->record->created = now;
    if (check_words(creation) < 0 || choose_image(creation, &ret->image) < 0 ||
        choose_root(creation) < 0)
        return -1;
    return fill(creation);
}

/* As with docker, "" is the same as nothing: `--name "$NAME"` may be empty. But an empty entrypoint
 * takes the image's away, and a number must be one. */
static void forget_empty(struct create_options *options)
{
    const char **const texts[] = {&options->name, &options->cidfile, &options->hostname,
        &options->domainname, &options->user, &options->workdir, &options->ip, &options->pull,
        &options->platform, &options->cpuset_cpus, &options->cpuset_mems, &options->restart,
        &options->stop_signal, &options->userns, &options->pid, &options->ipc, &options->uts,
        &options->cgroupns, &options->health_cmd, &options->log_driver, &options->runtime,
        &options->volume_driver};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (*texts[i] && !**texts[i])
            *texts[i] = NULL;
    }
}

/* ret->image is zeros, or the image that was given. */
static int make(const struct store *store, const struct create_options *options,
    struct created *ret, struct err *err)
{
    static const struct record_config nothing;
    struct create_options given = *options;
    cleanup_close int cidfile = -1;

    forget_empty(&given);
    struct creation creation = {
        .store = store,
        .options = &given,
        .image = &nothing,
        .image_given = ret->image.id[0],
        .command = options->argv,
        .record = &ret->record,
        .memory = {.file = "the options", .memory = &ret->record.memory, .err = err},
        .err = err,
    };
    if (make_record(&creation, ret) < 0 || open_cidfile(given.cidfile, &cidfile, err) < 0)
        return -1;
    int result = write_record(&creation);
    if (cidfile >= 0 && result == 0 && write(cidfile, ret->record.id, STORE_ID) != STORE_ID)
        result = err_sys(err, "cannot write the ID of %s to %s", ret->record.id, given.cidfile);
    if (cidfile >= 0 && result < 0)
        unlink(given.cidfile);
    if (result == 0)
        event_container(store, &ret->record, "create", NULL);
    return result;
}

int create(const struct store *store, const struct create_options *options, struct created *ret,
    struct err *err)
{
    *ret = (struct created){0};
    return make(store, options, ret, err);
}

int create_of(const struct store *store, const struct create_options *options, struct image *image,
    struct created *ret, struct err *err)
{
    *ret = (struct created){.image = *image};
    *image = (struct image){0};
    return make(store, options, ret, err);
}

void created_free(struct created *created)
{
    record_free(&created->record);
    image_free(&created->image);
    *created = (struct created){0};
}
