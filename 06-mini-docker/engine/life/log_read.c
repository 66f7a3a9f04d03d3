// SPDX-License-Identifier: MIT
/*
 * Reading a log: its files from the oldest to the current one, line by line. The last N lines are
 * found from the end, block by block, so that `logs --tail 5` of a large log is quick. While it is
 * followed the file may be renamed by its writer: then what is left of it is read, and the new one.
 *
 * The lines have one form, the writer's; what has another is left out.
 */
#include "log.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
    const struct log_query *query;
    int (*visit)(const struct log_entry *entry, void *arg);
    void *arg;
};

/* One letter after a backslash; returns how many bytes of `text` it takes. */
static size_t unescape_one(const char *text, char *ret)
{
    static const char pairs[] = "n\nt\tr\rb\bf\f\"\"\\\\//";
    unsigned code = 0;

    if (text[0] == 'u' && sscanf(text + 1, "%4x", &code) == 1) {
        *ret = (char)code; /* the writer escapes only what is below a space */
        return 5;
    }
    for (const char *pair = pairs; *pair; pair += 2) {
        if (*pair == text[0])
            *ret = pair[1];
    }
    return 1;
}

/* A string in place, from behind its opening quote; returns what is behind its closing one, or
 * NULL. */
static char *read_string(char *text, const char **ret, size_t *ret_length)
{
    char *to = text;

    *ret = text;
    while (*text && *text != '"') {
        if (*text != '\\')
            *to++ = *text++;
        else
            text += 1 + unescape_one(text + 1, to++);
    }
    if (*text != '"')
        return NULL;
    *ret_length = (size_t)(to - *ret);
    *to = '\0';
    return text + 1;
}

/* Step over `word`; NULL stays NULL. */
static char *expect(char *text, const char *word)
{
    size_t length = strlen(word);

    return text && strncmp(text, word, length) == 0 ? text + length : NULL;
}

static bool read_entry(char *line, struct log_entry *ret)
{
    const char *stream = "";
    size_t ignored;
    char *at = expect(line, "{\"log\":\"");

    at = at ? read_string(at, &ret->text, &ret->length) : NULL;
    at = expect(at, ",\"stream\":\"");
    at = at ? read_string(at, &stream, &ignored) : NULL;
    at = expect(at, ",\"time\":\"");
    at = at ? read_string(at, &ret->time, &ignored) : NULL;
    ret->stream = strcmp(stream, "stderr") == 0 ? LOG_STDERR : LOG_STDOUT;
    return at != NULL;
}

/* Times are of one form and one length, so that their texts are in the order of the times. */
static int visit_line(const struct reading *reading, char *line)
{
    const struct log_query *query = reading->query;
    struct log_entry entry;

    if (!read_entry(line, &entry) || (query->since && strcmp(entry.time, query->since) < 0) ||
        (query->until && strcmp(entry.time, query->until) > 0))
        return 0;
    return reading->visit(&entry, reading->arg);
}

/* All whole lines from where the file stands. What has no end yet is read again the next time. */
static int read_lines(const struct reading *reading, FILE *file)
{
    cleanup_free char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int result = 0;

    clearerr(file);
    while (result == 0 && (length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] != '\n') {
            fseeko(file, -(off_t)length, SEEK_CUR);
            break;
        }
        result = visit_line(reading, line);
    }
    return result;
}

/* Put the file behind all but its last `*left` lines; *left becomes what it did not have. */
static void seek_tail(FILE *file, uint64_t *left)
{
    char block[4096];
    struct stat st;

    if (fstat(fileno(file), &st) < 0)
        return;
    for (off_t end = st.st_size; end > 0;) {
        off_t from = end > (off_t)sizeof(block) ? end - (off_t)sizeof(block) : 0;
        ssize_t got = pread(fileno(file), block, (size_t)(end - from), from);
        for (ssize_t i = got - 1; i >= 0; i--) {
            if (block[i] != '\n' || from + i == st.st_size - 1)
                continue;
            if (--*left == 0) {
                fseeko(file, from + i + 1, SEEK_SET);
                return;
            }
        }
        if (got <= 0)
            break;
        end = from;
    }
    if (st.st_size > 0)
        --*left; /* its first line */
    rewind(file);
}

/* False: it is not there. */
static bool open_one(const char *path, unsigned index, FILE **ret)
{
    char name[PATH_MAX + 16];

    snprintf(name, sizeof(name), index ? "%s.%u" : "%s", path, index);
    *ret = fopen(name, "re");
    return *ret != NULL;
}

/* True when the name means another file by now, or none. */
static bool was_renamed(const char *path, FILE *file)
{
    struct stat now, open;

    return fstat(fileno(file), &open) == 0 &&
           (stat(path, &now) < 0 || now.st_ino != open.st_ino || now.st_dev != open.st_dev);
}

static int follow_file(const struct reading *reading, const char *path, FILE *file)
{
    cleanup_fclose FILE *current = NULL;
    int result = 0;

    while (result == 0 && reading->query->wait) {
        bool more = reading->query->wait(reading->query->wait_arg);
        if (file) /* also what came just before it was renamed, or before the end */
            result = read_lines(reading, file);
        if (result == 0 && (!file || was_renamed(path, file))) {
            cleanup_fclose_fn(&current);
            current = NULL;
            if (open_one(path, 0, &current))
                result = read_lines(reading, current);
            file = current;
        }
        if (!more)
            break;
    }
    return result;
}

enum { FILES_MOST = 1000 };

int log_read(const char *path, const struct log_query *query,
    int (*visit)(const struct log_entry *entry, void *arg), void *arg, struct err *err)
{
    struct reading reading = {.query = query, .visit = visit, .arg = arg};
    uint64_t left = query->tail;
    unsigned oldest = 0;
    int result = 0;
    FILE *files[FILES_MOST];

    while (
        oldest < FILES_MOST && (query->all || left > 0) && open_one(path, oldest, &files[oldest])) {
        if (!query->all)
            seek_tail(files[oldest], &left);
        oldest++;
    }
    if (oldest == 0 && !query->all && open_one(path, 0, &files[0])) {
        fseeko(files[0], 0, SEEK_END);
        oldest = 1;
    }
    if (oldest == 0 && errno != ENOENT)
        return err_sys(err, "cannot read the log %s", path);
    for (unsigned i = oldest; i > 0 && result == 0; i--)
        result = read_lines(&reading, files[i - 1]);
    if (result == 0)
        result = follow_file(&reading, path, oldest ? files[0] : NULL);
    while (oldest > 0)
        fclose(files[--oldest]);
    return result;
}
