// SPDX-License-Identifier: MIT
/*
 * Writing a log. Lines are put together in memory, and only whole lines are written, some at once.
 * The size of the file is known, so that a write which fails half-way, on a full disk, can be taken
 * back (ftruncate(2)) and leaves no half of a line. Who writes nothing gets no file.
 */
#include "log.h"

#include "engine/store/store.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const STREAMS[] = {[LOG_STDOUT] = "stdout", [LOG_STDERR] = "stderr"};

/* What a lost power has cut off must not take the next line along: half a line ends here. */
static void end_half_line(struct log *log)
{
    char last = '\n';

    if (log->size_bytes > 0 && pread(log->fd, &last, 1, (off_t)log->size_bytes - 1) == 1 &&
        last != '\n' && write(log->fd, "\n", 1) == 1)
        log->size_bytes++;
}

int log_open(
    const char *path, uint64_t most_bytes, unsigned files, struct log *ret, struct err *err)
{
    struct stat st = {0};

    *ret = (struct log){.most_bytes = most_bytes, .files = files ? files : 1};
    snprintf(ret->path, sizeof(ret->path), "%s", path);
    ret->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (ret->fd < 0 ? errno != ENOENT : fstat(ret->fd, &st) < 0)
        return err_sys(err, "cannot open the log %s", path);
    ret->size_bytes = (uint64_t)st.st_size;
    end_half_line(ret);
    /* Large, and hardly ever used: not from malloc, whose memory something may have been in. */
    void *out = mmap(NULL, LOG_OUT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ret->out = out != MAP_FAILED ? out : NULL;
    return ret->out ? 0 : err_sys(err, "no memory for the log");
}

/* The oldest goes. A full disk may have no room for a new file: then the one there is grows on. */
static void rotate(struct log *log)
{
    char from[PATH_MAX + 16], to[PATH_MAX + 16], fresh[PATH_MAX + 16];

    snprintf(fresh, sizeof(fresh), "%s.new", log->path);
    int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    for (unsigned i = log->files - 1; i > 0; i--) {
        snprintf(from, sizeof(from), i > 1 ? "%s.%u" : "%s", log->path, i - 1);
        snprintf(to, sizeof(to), "%s.%u", log->path, i);
        rename(from, to);
    }
    rename(fresh, log->path);
    close(log->fd);
    log->fd = fd;
    log->size_bytes = 0;
}

static void flush(struct log *log)
{
    if (log->fd < 0 && log->out_length > 0)
        log->fd = open(log->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ssize_t put = log->out_length ? write(log->fd, log->out, log->out_length) : 0;

    if (put == (ssize_t)log->out_length)
        log->size_bytes += (uint64_t)put;
    else if (put > 0 && ftruncate(log->fd, (off_t)log->size_bytes) < 0)
        log->size_bytes += (uint64_t)put; /* the half stays, and readers leave it out */
    log->out_length = 0;
}

static void put(struct log *log, const char *text, size_t length)
{
    if (length > 0) /* of an empty line there is no text */
        memcpy(log->out + log->out_length, text, length);
    log->out_length += length;
}

/* JSON's escapes (RFC 8259, 7). Bytes that are no UTF-8 stay as they are: `logs` gives back what
 * was written. */
static void put_escaped(struct log *log, const char *text, size_t length)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char escape[8];
    size_t from = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= ' ' && c != '"' && c != '\\')
            continue;
        put(log, text + from, i - from);
        from = i + 1;
        if (c >= ' ')
            snprintf(escape, sizeof(escape), "\\%c", c);
        else if (c < sizeof(letters) && letters[c])
            snprintf(escape, sizeof(escape), "\\%c", letters[c]);
        else
            snprintf(escape, sizeof(escape), "\\u%04x", c);
        put(log, escape, strlen(escape));
    }
    put(log, text + from, length - from);
}

/* What was kept of the line, and its end. */
static void put_entry(
    struct log *log, enum log_stream stream, const char *end, size_t length, const char *now)
{
    char tail[96];

    if (log->out_length > LOG_FLUSH)
        flush(log);
    if (log->most_bytes && log->size_bytes + log->out_length >= log->most_bytes) {
        flush(log);
        rotate(log);
    }
    put(log, "{\"log\":\"", 8);
    put_escaped(log, log->line[stream].text, log->line[stream].length);
    put_escaped(log, end, length);
    log->line[stream].length = 0;
    put(log, tail,
        (size_t)snprintf(
            tail, sizeof(tail), "\",\"stream\":\"%s\",\"time\":\"%s\"}\n", STREAMS[stream], now));
}

/* Keep a part of a line until its rest comes. False: there is no memory for it. */
static bool keep(struct log *log, enum log_stream stream, const char *bytes, size_t length)
{
    char **text = &log->line[stream].text;

    if (!*text && !(*text = malloc(LOG_LINE)))
        return false;
    memcpy(*text + log->line[stream].length, bytes, length);
    log->line[stream].length += length;
    return true;
}

void log_write(struct log *log, enum log_stream stream, const char *bytes, size_t length)
{
    char now[STORE_TIME];

    if (!log->out)
        return;
    store_now(now);
    while (length > 0) {
        size_t room = LOG_LINE - log->line[stream].length, most = length < room ? length : room;
        const char *newline = memchr(bytes, '\n', most);
        size_t part = newline ? (size_t)(newline - bytes) + 1 : most;
        if (newline || part == room || !keep(log, stream, bytes, part))
            put_entry(log, stream, bytes, part, now);
        bytes += part;
        length -= part;
    }
    flush(log);
}

void log_close(struct log *log)
{
    char now[STORE_TIME];

    store_now(now);
    for (int i = 0; i < LOG_STREAMS; i++) {
        if (log->line[i].length > 0)
            put_entry(log, (enum log_stream)i, "", 0, now);
        free(log->line[i].text);
        log->line[i].text = NULL;
    }
    flush(log);
    if (log->out)
        munmap(log->out, LOG_OUT);
    log->out = NULL;
    close_fd(&log->fd);
}
