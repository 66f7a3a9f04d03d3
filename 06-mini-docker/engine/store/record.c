// SPDX-License-Identifier: MIT
/*
 * A container's file, written and read. What must hold, whatever ends us at any point:
 *
 *     a container appears by one rename, .new-ID -> ID, of a directory that has all in it;
 *     its name was taken before that, so that a container that is there can be found by it;
 *     while the lock of "names" is free, no .new-ID is in use: whoever finds one removes it.
 *
 * The time of the file's last change is the container's creation, also when it is written again: by
 * that `ps` puts them in order without reading them.
 */
#include "record.h"

#include "record_names.h"
#include "status.h"

#include "runtime/json_write.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "container.json"

void record_path(const struct store *store, const char *id, const char *file, char ret[PATH_MAX])
{
    snprintf(ret, PATH_MAX, "%s/containers/%s%s%s", store->root, id, file ? "/" : "", file ?: "");
}

/* "2026-11-22T03:00:00.123456789Z"; another form gives the epoch, and the container sorts last. */
static struct timespec read_time(const char *text)
{
    struct timespec time = {0};
    struct tm utc = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);

    if (!rest)
        return time;
    time.tv_sec = timegm(&utc);
    if (*rest == '.')
        sscanf(rest + 1, "%9ld", &time.tv_nsec);
    return time;
}

static int write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t written = write(fd, text, left);
        if (written < 0 && errno != EINTR)
            return -1;
        text += written > 0 ? written : 0;
        left -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

/* The file beside its place, and then in it: a reader finds the old one or the new one. */
static int write_record(int dir_fd, const struct record *record, bool durable, struct err *err)
{
    struct json_object *tree = json_write(&RECORD_TABLE, record, JSON_WRITE_GIVEN);
    const char *text = tree ? json_object_to_json_string_ext(
                                  tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
                            : NULL;
    struct timespec created = read_time(record->created);
    int result = -1;

    errno = ENOMEM;
    cleanup_close int fd =
        text ? openat(dir_fd, FILE_NAME ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
             : -1;
    if (fd >= 0 && write_all(fd, text) == 0 &&
        futimens(fd, (const struct timespec[]){created, created}) == 0 &&
        (!durable || fsync(fd) == 0) &&
        renameat(dir_fd, FILE_NAME ".new", dir_fd, FILE_NAME) == 0 &&
        (!durable || fsync(dir_fd) == 0))
        result = 0;
    else
        err_sys(err, "cannot write " FILE_NAME " of container %.12s", record->id);
    json_object_put(tree);
    return result;
}

static int open_dir(const char *path, int *ret_fd, struct err *err)
{
    *ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd < 0 ? err_sys(err, "cannot open %s", path) : 0;
}

/* From the name on, with the lock of names held; `fresh` is .new-ID. */
static int appear(const struct store *store, const struct record *record, const char *fresh,
    bool durable, struct err *err)
{
    char path[PATH_MAX];

    record_path(store, record->id, NULL, path);
    if (record_name_take(store, record->name, record->id, err) < 0)
        return -1;
    if (durable && store_sync(store, "names", err) < 0)
        goto fail;
    if (rename(fresh, path) < 0) {
        err_sys(err, "cannot make %s", path);
        goto fail;
    }
    return durable ? store_sync(store, "containers", err) : 0;
fail:
    record_name_free(store, record->name, record->id);
    return -1;
}

/* As if the caller were its monitor already: of one who dies, somebody will notice. */
static int write_holder(const struct store *store, const char *new_id, struct err *err)
{
    const struct status status = {
        .monitor = getpid(), .monitor_start_time = proc_start_time(getpid())};

    return status_save(store, new_id, &status, false, err);
}

static int create(const struct store *store, const struct record *record, bool durable, bool held,
    struct err *err)
{
    char dir[PATH_MAX], fresh[PATH_MAX], file[PATH_MAX], new_id[STORE_ID + 8];
    cleanup_close int lock = -1, dir_fd = -1;

    snprintf(new_id, sizeof(new_id), ".new-%s", record->id);
    record_path(store, new_id, NULL, fresh);
    record_path(store, new_id, FILE_NAME, file);
    if (store_dir(store, "containers", dir, err) < 0 || store_lock(store, "names", &lock, err) < 0)
        return -1;
    if (mkdir(fresh, 0700) < 0)
        return err_sys(err, "cannot make %s", fresh);
    if (open_dir(fresh, &dir_fd, err) == 0 && write_record(dir_fd, record, durable, err) == 0 &&
        (!held || write_holder(store, new_id, err) == 0) &&
        appear(store, record, fresh, durable, err) == 0)
        return 0;
    unlink(file);
    unlinkat(dir_fd, FILE_NAME ".new", 0);
    unlinkat(dir_fd, "status.json", 0);
    rmdir(fresh);
    return -1;
}

int record_create(
    const struct store *store, const struct record *record, bool durable, struct err *err)
{
    return create(store, record, durable, false, err);
}

int record_create_held(const struct store *store, const struct record *record, struct err *err)
{
    return create(store, record, false, true, err);
}

int record_replace(const struct store *store, const struct record *record, struct err *err)
{
    bool durable = !record->host.auto_remove;
    cleanup_close int lock = -1, dir_fd = -1;
    struct record old = {0};
    char path[PATH_MAX];

    record_path(store, record->id, NULL, path);
    if (store_lock(store, "names", &lock, err) < 0 || open_dir(path, &dir_fd, err) < 0 ||
        record_load(store, record->id, &old, err) < 0)
        return -1;
    bool renamed = strcmp(old.name, record->name) != 0;
    int result = renamed ? record_name_take(store, record->name, record->id, err) : 0;
    if (result == 0 && renamed && durable)
        result = store_sync(store, "names", err);
    if (result == 0)
        result = write_record(dir_fd, record, durable, err);
    if (renamed)
        record_name_free(store, result == 0 ? old.name : record->name, record->id);
    record_free(&old);
    return result;
}

static int load(
    const struct store *store, const char *id, bool brief, struct record *ret, struct err *err)
{
    struct json_reader reader = {.file = FILE_NAME, .memory = &ret->memory, .err = err};
    char path[PATH_MAX];

    *ret = (struct record){0};
    record_path(store, id, FILE_NAME, path);
    cleanup_free char *text = fsio_read(NULL, path, err);
    if (!text && err->code == ENOENT)
        return err_refuse(err, ENOENT, "No such container: %s", id);
    if (!text)
        return -1;
    if (brief)
        json_brief(text, &RECORD_TABLE);
    if (json_parse(path, text, strlen(text), &ret->memory, err) == 0 &&
        json_read(&reader, &RECORD_TABLE, ret) == 0)
        return 0;
    record_free(ret);
    err->kind = ERR_SYS; /* no word that was typed is wrong */
    return err_hint(
        err, "%s is written whole or not at all, so somebody changed it -> rm -f %.12s", path, id);
}

int record_load(const struct store *store, const char *id, struct record *ret, struct err *err)
{
    return load(store, id, false, ret, err);
}

int record_load_brief(
    const struct store *store, const char *id, struct record *ret, struct err *err)
{
    int result = load(store, id, true, ret, err);

    if (result < 0 || ret->config.image)
        return result;
    record_free(ret); /* with --rootfs, what stands for its image is in another place */
    return load(store, id, false, ret, err);
}

void record_free(struct record *record)
{
    struct json_memory memory = record->memory;

    json_memory_free(&memory);
    *record = (struct record){0};
}

int record_lock(const struct store *store, const char *id, int *ret_fd, struct err *err)
{
    struct stat locked, there;
    char path[PATH_MAX];

    record_path(store, id, NULL, path);
    cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : flock(fd, LOCK_EX);
    while (result < 0 && fd >= 0 && errno == EINTR)
        result = flock(fd, LOCK_EX);
    if (result < 0 && errno != ENOENT)
        return err_sys(err, "cannot lock %s", path);
    /* whoever had the lock before us may have removed it */
    if (result < 0 || fstat(fd, &locked) < 0 || stat(path, &there) < 0 ||
        locked.st_ino != there.st_ino || locked.st_dev != there.st_dev)
        return err_refuse(err, ENOENT, "No such container: %s", id);
    *ret_fd = steal_fd(&fd);
    return 0;
}
