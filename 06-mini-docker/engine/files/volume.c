// SPDX-License-Identifier: MIT
/*
 * Volumes as directories. What must hold, whatever ends us at any point: a volume appears by one
 * rename and goes by one rename, .new-NAME -> NAME -> .old-NAME, both under the lock of "volumes";
 * so a name that begins with a dot, found under that lock, is what a killed command has left, and
 * goes. Before it appears all of it is on the disk, and a volume that has gone does not come back.
 */
#include "volume.h"

#include "engine/show/events.h"
#include "engine/store/remove_files.h"
#include "mount_words.h"

#include "runtime/json_write.h"

#include "cleanup.h"
#include "fsio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What `events` says of each. */
static const struct event_attribute EVENT[] = {{"driver", "local"}, {0}};

static const struct json_field PAIR[] = {
    {JSON_AT(NULL, JSON_TEXT, struct spec_pair, value)},
    {0},
};
static const struct json_table PAIR_TABLE = {.size = sizeof(struct spec_pair), .fields = PAIR};

static const struct json_field FIELDS[] = {
    JSON_FIELD("CreatedAt", JSON_STRING, struct volume, created),
    JSON_FIELD("Driver", JSON_STRING, struct volume, driver),
    JSON_ITEMS("Labels", JSON_MAP, struct volume, labels, labels_count, &PAIR_TABLE),
    JSON_FIELD("Mountpoint", JSON_STRING, struct volume, mountpoint),
    JSON_FIELD("Name", JSON_STRING, struct volume, name),
    JSON_ITEMS("Options", JSON_MAP, struct volume, options, options_count, &PAIR_TABLE),
    JSON_FIELD("Scope", JSON_STRING, struct volume, scope),
    {0},
};
const struct json_table VOLUME_TABLE = {.size = sizeof(struct volume), .fields = FIELDS};

/* ROOT/volumes/PREFIX NAME/FILE; false: too long. */
static bool volume_path(const struct store *store, const char *prefix, const char *name,
    const char *file, char ret[PATH_MAX])
{
    return snprintf(ret, PATH_MAX, "%s/volumes/%s%s%s%s", store->root, prefix, name,
               file ? "/" : "", file ? file : "") < PATH_MAX;
}

/* What killed commands left. The caller holds the lock. */
static int sweep(const struct store *store, struct err *err)
{
    char path[PATH_MAX];

    volume_path(store, "", "", NULL, path);
    cleanup_closedir DIR *dir = opendir(path);
    if (!dir)
        return err_sys(err, "cannot open %s", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] != '.' || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        if (volume_path(store, "", entry->d_name, NULL, path) && remove_files(path, err) < 0)
            return -1;
    }
    return 0;
}

void volume_heal(const struct store *store)
{
    cleanup_close int lock = -1;
    struct err ignored;

    if (store_lock(store, "volumes", &lock, &ignored) == 0)
        sweep(store, &ignored);
}

static int write_json(const char *dir, const char *name, const struct spec_pair *labels,
    size_t labels_count, struct err *err)
{
    char now[STORE_TIME];
    struct volume volume = {.name = name,
        .created = now,
        .driver = "local",
        .scope = "local",
        .labels = labels,
        .labels_count = labels_count};

    store_now(now);
    struct json_object *tree = json_write(&VOLUME_TABLE, &volume, JSON_WRITE_GIVEN);
    if (!tree)
        return err_sys(err, "no memory for the volume %s", name);
    int result = fsio_create(err, dir, "volume.json", json_object_to_json_string(tree));
    json_object_put(tree);
    return result;
}

static int make(const struct store *store, const char *name, const struct spec_pair *labels,
    size_t labels_count, struct err *err)
{
    char fresh[PATH_MAX], path[PATH_MAX], data[PATH_MAX];

    if (!volume_path(store, ".new-", name, "_data", data) ||
        !volume_path(store, ".new-", name, NULL, fresh) ||
        !volume_path(store, "", name, NULL, path)) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot make the volume %.60s", name);
    }
    if (mkdir(fresh, 0700) < 0 || chmod(fresh, 0711) < 0 || mkdir(data, 0755) < 0 ||
        chmod(data, 0755) < 0)
        return err_sys(err, "cannot make the volume %s", name);
    if (write_json(fresh, name, labels, labels_count, err) < 0)
        return -1;
    /* a name that outlives a lost power must not be that of a volume without its files */
    cleanup_close int dir = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int file = openat(dir, "volume.json", O_RDONLY | O_CLOEXEC);
    if (file < 0 || fsync(file) < 0 || fsync(dir) < 0 || rename(fresh, path) < 0)
        return err_sys(err, "cannot make the volume %s", name);
    return store_sync(store, "volumes", err);
}

int volume_create(const struct store *store, const char *name, const struct spec_pair *labels,
    size_t labels_count, struct err *err)
{
    cleanup_close int lock = -1;
    char path[PATH_MAX];

    if (mount_words_check_name(name, err) < 0)
        return -1;
    /* one that is there may be about to go, by who has the lock and did not see its user yet */
    if (store_lock(store, "volumes", &lock, err) < 0 || sweep(store, err) < 0)
        return -1;
    if (volume_path(store, "", name, "_data", path) && fsio_exists(NULL, path))
        return 0;
    if (make(store, name, labels, labels_count, err) < 0)
        return -1;
    event_add(store, "volume", "create", name, EVENT);
    return 0;
}

/* What is said of a volume whose volume.json cannot be read: what its directory shows. */
static int make_up(struct volume *volume, const char *name, const struct stat *st, struct err *err)
{
    struct json_reader reader = {.file = "volume.json", .memory = &volume->memory, .err = err};
    char *created = json_alloc(&reader, 1, STORE_TIME), *own = json_alloc(&reader, 1, NAME_MAX + 1);
    struct tm utc;

    if (!created || !own)
        return -1;
    gmtime_r(&st->st_mtime, &utc);
    strftime(created, STORE_TIME, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(own, NAME_MAX + 1, "%s", name);
    volume->created = volume->created ? volume->created : created;
    volume->name = own;
    volume->driver = volume->scope = "local";
    return 0;
}

int volume_load(const struct store *store, const char *name, struct volume *ret, struct err *err)
{
    struct json_reader reader = {.file = "volume.json", .memory = &ret->memory, .err = err};
    char file[PATH_MAX];
    struct stat st;

    *ret = (struct volume){0};
    if (mount_words_check_name(name, err) < 0 ||
        !volume_path(store, "", name, "_data", ret->path) || stat(ret->path, &st) < 0)
        return err_refuse(err, ENOENT, "get %s: no such volume", name);
    volume_path(store, "", name, "volume.json", file);
    cleanup_free char *text = fsio_read(NULL, file, err);
    if (!text || json_parse("volume.json", text, strlen(text), &ret->memory, err) < 0 ||
        json_read(&reader, &VOLUME_TABLE, ret) < 0) {
        ret->labels_count = ret->options_count = 0;
        ret->created = NULL;
    }
    if (make_up(ret, name, &st, err) < 0) {
        volume_free(ret);
        return -1;
    }
    ret->mountpoint = ret->path;
    return 0;
}

void volume_free(struct volume *volume)
{
    json_memory_free(&volume->memory);
}

bool volume_is_anonymous(const struct volume *volume)
{
    for (size_t i = 0; i < volume->labels_count; i++) {
        if (strcmp(volume->labels[i].key, VOLUME_ANONYMOUS) == 0)
            return true;
    }
    return false;
}

static int is_volume(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int volume_each(const struct store *store,
    int (*visit)(const struct volume *volume, void *arg, struct err *err), void *arg,
    struct err *err)
{
    struct dirent **names;
    struct volume volume;
    char path[PATH_MAX];
    int result = 0;

    if (store_dir(store, "volumes", path, err) < 0)
        return -1;
    int count = scandir(path, &names, is_volume, alphasort);
    if (count < 0)
        return err_sys(err, "cannot open %s", path);
    for (int i = 0; i < count; i++) {
        /* one that goes meanwhile is not there */
        if (result == 0 && volume_load(store, names[i]->d_name, &volume, err) == 0) {
            result = visit(&volume, arg, err);
            volume_free(&volume);
        }
        free(names[i]);
    }
    free(names);
    return result;
}

int volume_remove(const struct store *store, const char *name, struct err *err)
{
    char path[PATH_MAX], old[PATH_MAX], users[256];
    cleanup_close int lock = -1;
    struct volume volume;
    size_t used;

    if (store_lock(store, "volumes", &lock, err) < 0 || sweep(store, err) < 0 ||
        volume_load(store, name, &volume, err) < 0)
        return -1;
    volume_free(&volume);
    if (volume_users(store, name, &used, users, err) < 0)
        return -1;
    if (used) {
        err_refuse(err, EBUSY, "remove %s: volume is in use - [%s]", name, users);
        return err_hint(err, "a container keeps it, running or not -> rm that container first");
    }
    volume_path(store, "", name, NULL, path);
    if (!volume_path(store, ".old-", name, NULL, old) || rename(path, old) < 0)
        return err_sys(err, "cannot remove the volume %s", name);
    if (store_sync(store, "volumes", err) < 0)
        return -1;
    event_add(store, "volume", "destroy", name, EVENT);
    return remove_files(old, err);
}
