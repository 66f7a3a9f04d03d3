// SPDX-License-Identifier: MIT
/*
 * The journal of events read: the old file, the new one, and what is added to it. inotify(7) tells
 * when there is more; when the file was full and a new one began, its number (inode) differs, and
 * the rest of the full one is read first.
 *
 * What must hold: the watch is set before the files are read, so that nothing comes in between.
 */
#include "events_file.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
    const struct timespec *since, *until;
    int (*visit)(struct json_object *event, void *arg, struct err *);
    void *arg;
    FILE *file; /* of the newest file, to where it was read */
    ino_t inode;
    char *line;
    size_t room;
    char *begun; /* of a line whose end is not there yet */
};

static int64_t in_nsec(const struct timespec *time)
{
    return time->tv_sec * 1000000000LL + time->tv_nsec;
}

static int show(struct reading *reading, const char *line, struct err *err)
{
    struct json_object *event = json_tokener_parse(line), *when;
    int result = 0;

    if (event && json_object_object_get_ex(event, "timeNano", &when)) {
        int64_t nsec = json_object_get_int64(when);
        if (nsec >= in_nsec(reading->since) && (!reading->until || nsec <= in_nsec(reading->until)))
            result = reading->visit(event, reading->arg, err);
    }
    json_object_put(event);
    return result;
}

/* All whole lines that are there. */
static int read_lines(struct reading *reading, struct err *err)
{
    int result = 0;
    ssize_t length;

    while (result == 0 && reading->file &&
           (length = getline(&reading->line, &reading->room, reading->file)) > 0) {
        bool whole = reading->line[length - 1] == '\n';
        cleanup_free char *begun = steal_ptr(reading->begun);
        if (!whole) {
            if (asprintf(&reading->begun, "%s%s", begun ? begun : "", reading->line) < 0)
                reading->begun = NULL;
        } else if (begun) {
            cleanup_free char *all = NULL;
            if (asprintf(&all, "%s%s", begun, reading->line) >= 0)
                result = show(reading, all, err);
        } else {
            result = show(reading, reading->line, err);
        }
    }
    if (reading->file)
        clearerr(reading->file);
    return result;
}

static int read_old(struct reading *reading, const char *path, struct err *err)
{
    reading->file = fopen(path, "re");
    int result = read_lines(reading, err);
    if (reading->file)
        fclose(reading->file);
    reading->file = NULL;
    return result;
}

/* The rest of the file that was read last; and then of one that has taken its place. */
static int read_new(struct reading *reading, const char *path, struct err *err)
{
    struct stat st;
    int result = read_lines(reading, err);

    if (result != 0 || stat(path, &st) < 0 || st.st_ino == reading->inode)
        return result;
    if (reading->file)
        fclose(reading->file);
    reading->file = fopen(path, "re");
    if (reading->file && fstat(fileno(reading->file), &st) == 0)
        reading->inode = st.st_ino;
    return read_lines(reading, err);
}

/* How long until *until, for poll(2); -1: for ever. */
static int time_left(const struct timespec *until)
{
    struct timespec now;

    if (!until)
        return -1;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t left = in_nsec(until) - in_nsec(&now);
    return left <= 0 ? 0 : left > 60000000000 ? 60000 : (int)(left / 1000000) + 1;
}

static int follow(struct reading *reading, int watch, const char *path, struct err *err)
{
    char ignored[4096];

    for (;;) {
        int result = read_new(reading, path, err), left = time_left(reading->until);
        if (result != 0 || left == 0)
            return result;
        fflush(stdout);
        struct pollfd ready = {.fd = watch, .events = POLLIN};
        if (poll(&ready, 1, left) < 0 && errno != EINTR)
            return err_sys(err, "cannot wait for events");
        if (ready.revents && read(watch, ignored, sizeof(ignored)) < 0 && errno != EINTR)
            return err_sys(err, "cannot wait for events");
    }
}

int events_each(const struct store *store, const struct timespec *since,
    const struct timespec *until, int (*visit)(struct json_object *event, void *arg, struct err *),
    void *arg, struct err *err)
{
    char path[PATH_MAX], old[PATH_MAX], dir[PATH_MAX];
    struct timespec now;
    struct reading reading = {
        .since = since ? since : &now, .until = until, .visit = visit, .arg = arg};

    clock_gettime(CLOCK_REALTIME, &now);
    if (events_path(store, EVENTS_NEW, path, err) < 0 ||
        events_path(store, EVENTS_OLD, old, err) < 0 ||
        store_run_dir(store, "events", dir, err) < 0)
        return -1;
    cleanup_close int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 || inotify_add_watch(watch, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
        return err_sys(err, "cannot watch %s", dir);
    int result = read_old(&reading, old, err);
    if (result == 0)
        result = follow(&reading, watch, path, err);
    if (reading.file)
        fclose(reading.file);
    free(reading.line);
    free(reading.begun);
    return result;
}
