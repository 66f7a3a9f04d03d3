// SPDX-License-Identifier: MIT
/*
 * What happened, written down. One write(2) with O_APPEND a line: the kernel puts each behind the
 * last one, so nobody waits for anybody. Only who finds the file full takes a lock, to rename it
 * once and not twice.
 */
#include "events.h"

#include "events_file.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20 };

int events_path(const struct store *store, const char *name, char ret[PATH_MAX], struct err *err)
{
    char dir[PATH_MAX];

    if (store_run_dir(store, "events", dir, err) < 0)
        return -1;
    if (snprintf(ret, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
        return 0;
    return err_set(err, ERR_SYS, "the path %.300s is too long", dir);
}

/* The full file becomes the old one, unless somebody has just done it. */
static void rotate(const struct store *store, const char *path, int fd)
{
    char old[PATH_MAX];
    struct stat ours, now;
    struct err ignored;

    if (events_path(store, EVENTS_OLD, old, &ignored) == 0 && flock(fd, LOCK_EX) == 0 &&
        fstat(fd, &ours) == 0 && stat(path, &now) == 0 && ours.st_ino == now.st_ino)
        rename(path, old);
}

static void append(const struct store *store, struct json_object *event)
{
    char path[PATH_MAX];
    struct stat st;
    struct err ignored;
    cleanup_free char *line = NULL;
    int length = asprintf(&line, "%s\n",
        json_object_to_json_string_ext(
            event, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

    if (length < 0) {
        line = NULL;
        return;
    }
    if (events_path(store, EVENTS_NEW, path, &ignored) < 0)
        return;
    cleanup_close int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    /* a part of a line, of a disk that is full, is skipped by whoever reads */
    if (write(fd, line, (size_t)length) == length && fstat(fd, &st) == 0 && st.st_size > FILE_MOST)
        rotate(store, path, fd);
}

/* The fields of Docker's API, /events; takes the attributes. */
static void add_event(const struct store *store, const char *type, const char *action,
    const char *id, const char *image, struct json_object *attributes)
{
    struct json_object *event = json_object_new_object(), *actor = json_object_new_object();
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (image) {
        json_add_string(event, "status", action);
        json_add_string(event, "id", id);
        json_add_string(event, "from", image);
    }
    json_add_string(event, "Type", type);
    json_add_string(event, "Action", action);
    json_add_string(actor, "ID", id);
    json_object_object_add(actor, "Attributes", attributes);
    json_object_object_add(event, "Actor", actor);
    json_add_string(event, "scope", "local");
    json_object_object_add(event, "time", json_object_new_int64(now.tv_sec));
    json_object_object_add(
        event, "timeNano", json_object_new_int64(now.tv_sec * 1000000000LL + now.tv_nsec));
    append(store, event);
    json_object_put(event);
}

static void add_more(struct json_object *attributes, const struct event_attribute *more)
{
    for (; more && more->key; more++)
        json_add_string(attributes, more->key, more->value);
}

void event_container(const struct store *store, const struct record *record, const char *action,
    const struct event_attribute *more)
{
    struct json_object *attributes = json_object_new_object();
    const char *image = record->config.image ? record->config.image : "";

    for (size_t i = 0; i < record->config.labels_count; i++)
        json_add_string(attributes, record->config.labels[i].key, record->config.labels[i].value);
    json_add_string(attributes, "image", image);
    json_add_string(attributes, "name", record->name);
    add_more(attributes, more);
    add_event(store, "container", action, record->id, image, attributes);
}

void event_add(const struct store *store, const char *type, const char *action, const char *id,
    const struct event_attribute *attributes)
{
    struct json_object *object = json_object_new_object();

    add_more(object, attributes);
    add_event(store, type, action, id, NULL, object);
}
