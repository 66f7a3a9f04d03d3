// SPDX-License-Identifier: MIT
/*
 * status.json: the struct as it is, by one table that reads and writes it. Lists have their place
 * in the struct, and the tables want pointers to theirs: so they take a detour.
 *
 * What must hold: a reader finds the whole file or the one before it (rename(2)), except on a full
 * disk. One that a lost power left empty counts as none.
 */
#include "status.h"

#include "record.h"

#include "runtime/json_write.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MOST = 1 << 20 };

struct file {
    struct status status;
    const struct status_endpoint *endpoints;
    size_t endpoints_count;
    const struct status_port *ports;
    size_t ports_count;
};

static const struct json_field ENDPOINT[] = {
    JSON_FIELD("network", JSON_CHARS, struct status_endpoint, network),
    JSON_FIELD("ip", JSON_CHARS, struct status_endpoint, ip),
    JSON_FIELD("gateway", JSON_CHARS, struct status_endpoint, gateway),
    JSON_FIELD("mac", JSON_CHARS, struct status_endpoint, mac),
    JSON_NUMBER_IN("prefix", struct status_endpoint, prefix, 0, 128),
    {0},
};
static const struct json_table endpoint_table = {
    .size = sizeof(struct status_endpoint), .fields = ENDPOINT};

static const struct json_field STATUS_PORT[] = {
    JSON_FIELD("hostIp", JSON_CHARS, struct status_port, host_ip),
    JSON_NUMBER_IN("hostPort", struct status_port, host_port, 0, 65535),
    JSON_NUMBER_IN("port", struct status_port, port, 0, 65535),
    JSON_FIELD("protocol", JSON_CHARS, struct status_port, protocol),
    {0},
};
static const struct json_table status_port_table = {
    .size = sizeof(struct status_port), .fields = STATUS_PORT};

static const struct json_field FIELDS[] = {
    JSON_FIELD("startedAt", JSON_CHARS, struct file, status.started_at),
    JSON_FIELD("finishedAt", JSON_CHARS, struct file, status.finished_at),
    JSON_NUMBER_IN("exitCode", struct file, status.exit_code, 0, 255),
    JSON_FIELD("oomKilled", JSON_BOOL, struct file, status.oom_killed),
    JSON_FIELD("stoppedByHand", JSON_BOOL, struct file, status.stopped_by_hand),
    JSON_FIELD("error", JSON_CHARS, struct file, status.error),
    JSON_NUMBER_IN("restartCount", struct file, status.restart_count, 0, UINT32_MAX),
    JSON_FIELD("restarting", JSON_BOOL, struct file, status.restarting),
    JSON_NUMBER_IN("health", struct file, status.health, 0, HEALTH_UNHEALTHY),
    JSON_NUMBER_IN("failingStreak", struct file, status.failing_streak, 0, UINT32_MAX),
    JSON_NUMBER_IN("monitor", struct file, status.monitor, 0, INT32_MAX),
    JSON_NUMBER_IN("monitorStartTime", struct file, status.monitor_start_time, 0, INT64_MAX),
    JSON_FIELD("frozenFile", JSON_CHARS, struct file, status.frozen_file),
    JSON_ITEMS("endpoints", JSON_LIST, struct file, endpoints, endpoints_count, &endpoint_table),
    JSON_ITEMS("ports", JSON_LIST, struct file, ports, ports_count, &status_port_table),
    {0},
};
static const struct json_table file_table = {.size = sizeof(struct file), .fields = FIELDS};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void status_hold(const struct store *store, const char *id, int *ret_fd)
{
    struct flock lock = {.l_type = F_RDLCK};
    char path[PATH_MAX];

    record_path(store, id, "status.json", path);
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*ret_fd >= 0)
        fcntl(*ret_fd, F_SETLK, &lock);
}

/* Another process that has a lock on the file, by its number in our PID namespace. */
static pid_t holder_of(int fd)
{
    struct flock lock = {.l_type = F_WRLCK};

    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

/* The text of the file, "" where there is none; malloc'ed. NULL: an error. */
static char *read_file(const char *path, pid_t *ret_holder, struct err *err)
{
    cleanup_free char *text = NULL;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return strdup("");
    if (fd < 0 || fsio_read_fd(fd, READ_MOST, &text) < 0) {
        err_sys(err, "cannot read %s", path);
        return NULL;
    }
    *ret_holder = holder_of(fd);
    return steal_ptr(text);
}

int status_read(const struct store *store, const char *id, struct status *ret, struct err *err)
{
    struct json_memory memory = {0};
    struct json_reader reader = {.file = "status.json", .memory = &memory, .err = err};
    struct file file;
    char path[PATH_MAX];

    *ret = (struct status){0};
    record_path(store, id, "status.json", path);
    cleanup_free char *text = read_file(path, &ret->holder, err);
    if (!text || !text[0])
        return text ? 0 : -1;
    int result = json_parse(path, text, strlen(text), &memory, err);
    if (result == 0)
        result = json_read(&reader, &file_table, memset(&file, 0, sizeof(file)));
    if (result == 0) {
        file.status.holder = ret->holder;
        *ret = file.status;
        ret->endpoints_count = least(file.endpoints_count, STATUS_ENDPOINTS);
        ret->ports_count = least(file.ports_count, STATUS_PORTS);
        for (size_t i = 0; i < ret->endpoints_count; i++)
            ret->endpoints[i] = file.endpoints[i];
        for (size_t i = 0; i < ret->ports_count; i++)
            ret->ports[i] = file.ports[i];
    } else {
        err->kind = ERR_SYS;
        err_hint(err, "%s is written whole or not at all, so somebody changed it -> rm -f %.12s",
            path, id);
    }
    json_memory_free(&memory);
    return result;
}

static int write_file(const char *path, const char *text, bool durable)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t length = (ssize_t)strlen(text);

    if (fd < 0)
        return -1;
    errno = ENOSPC; /* what a short write means */
    return write(fd, text, (size_t)length) == length && (!durable || fsync(fd) == 0) ? 0 : -1;
}

/*
 * The file takes its place, and the one before goes. ext4 brings a file that replaces another to
 * the disk at once (its mount option auto_da_alloc). An exchange is none, and what lives for a
 * moment never gets there.
 */
static int take_place(const char *fresh, const char *path, bool fleeting)
{
    if (fleeting && renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
        return unlink(fresh);
    return rename(fresh, path);
}

/*
 * On a full disk there is no room for a second file, but the old one has its own: its end is worth
 * more than a reader that might see half of it for a moment.
 */
static int write_in_place(const char *path, const char *text)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
    size_t length = strlen(text);
    cleanup_free char *padded = NULL;
    struct stat old;

    if (fd < 0 || fstat(fd, &old) < 0)
        return -1;
    if ((size_t)old.st_size > length) /* spaces in place of what would stay of the old */
        length = (size_t)old.st_size;
    if (asprintf(&padded, "%-*s", (int)length, text) < 0) {
        padded = NULL;
        return -1;
    }
    return pwrite(fd, padded, length, 0) == (ssize_t)length ? fsync(fd) : -1;
}

int status_save(const struct store *store, const char *id, const struct status *status,
    bool durable, struct err *err)
{
    struct file file = {.status = *status,
        .endpoints = status->endpoints_count ? status->endpoints : NULL,
        .endpoints_count = status->endpoints_count,
        .ports = status->ports_count ? status->ports : NULL,
        .ports_count = status->ports_count};
    struct json_object *tree = json_write(&file_table, &file, JSON_WRITE_GIVEN);
    const char *text = tree ? json_object_to_json_string_ext(
                                  tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
                            : NULL;
    char path[PATH_MAX], fresh[PATH_MAX];

    record_path(store, id, "status.json", path);
    record_path(store, id, "status.json.new", fresh);
    errno = ENOMEM;
    int result = text ? write_file(fresh, text, durable) : -1;
    if (result == 0)
        result = take_place(fresh, path, status->fleeting && !durable);
    if (result < 0 && (errno == ENOSPC || errno == EDQUOT)) {
        int why = errno;
        unlink(fresh);
        result = write_in_place(path, text);
        errno = why;
    }
    if (result < 0)
        err_sys(err, "cannot write %s", path);
    json_object_put(tree);
    return result;
}
