/* SPDX-License-Identifier: MIT */
/*
 * log: what a container wrote, containers/ID/log.json, in the form of Docker's json-file driver: a
 * line of JSON for each line of text,
 *
 *     {"log":"hello\n","stream":"stdout","time":"2026-11-22T03:00:00.123456789Z"}
 *
 * When it has grown to its limit it becomes log.json.1, that log.json.2, and so on. Writing never
 * fails and never waits for anything but the disk: what a full disk does not take is lost, a whole
 * line each, and the container goes on.
 */
#ifndef ENGINE_LOG_H
#define ENGINE_LOG_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

enum log_stream { LOG_STDOUT, LOG_STDERR, LOG_STREAMS };

/* A line without an end is written when it has this many bytes. */
enum { LOG_LINE = 16384 };
/* Room for some lines, the last of which may be as long as a line can become: "\u0000" for each
 * byte. */
enum { LOG_FLUSH = 8192, LOG_OUT = LOG_FLUSH + 6 * LOG_LINE + 128 };

struct log {
    char path[PATH_MAX];
    int fd;
    uint64_t size_bytes; /* of the file, as far as its lines are whole */
    uint64_t most_bytes; /* 0: it is never renamed */
    unsigned files;      /* how many there may be with the current one */
    struct {
        char *text; /* LOG_LINE bytes once there was a part of a line */
        size_t length;
    } line[LOG_STREAMS];
    char *out; /* whole lines that are not in the file yet; LOG_OUT bytes */
    size_t out_length;
};

/* Append to the file, which is made with its first line. Errors: open(2)'s. */
int log_open(
    const char *path, uint64_t most_bytes, unsigned files, struct log *ret, struct err *err);

/* Of one that was not opened, or is closed, nothing is kept. */
void log_write(struct log *log, enum log_stream stream, const char *bytes, size_t length);

/* Write the parts of lines that are left, and close. Safe to call twice, and on one not opened. */
void log_close(struct log *log);

/* One line of the file. The text has its newline, where it had one. */
struct log_entry {
    enum log_stream stream;
    const char *time;
    const char *text;
    size_t length;
};

struct log_query {
    bool all;                  /* or only the last */
    uint64_t tail;             /* lines */
    const char *since, *until; /* as store_now writes times; NULL: no bound */
    /* Whoever follows is asked when the end is reached: true: look again, there may be more. NULL:
     * that was all. */
    bool (*wait)(void *arg);
    void *wait_arg;
};

/*
 * Visit the entries from the oldest on, in all files of the log, until visit returns non-zero,
 * which is then returned. No file is no entry. Lines that are damaged are left out.
 */
int log_read(const char *path, const struct log_query *query,
    int (*visit)(const struct log_entry *entry, void *arg), void *arg, struct err *err);

#endif
