// SPDX-License-Identifier: MIT
/*
 * Reading a log: its files from the oldest to the current one, line by line. The last N lines are
 * found from the end, block by block, so that `logs --tail 5` of a large log is quick. While it is
 * followed the file may be renamed by its writer, also more than once: then what is left of it is
 * read, and all that are newer.
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

/* NULL: it is not there. */
static FILE *open_one(const char *path, unsigned index)
{
    char name[PATH_MAX + 16];

    snprintf(name, sizeof(name), index ? "%s.%u" : "%s", path, index);
    return fopen(name, "re");
}

/* All lie in one directory. 0: no file. */
static ino_t number_of(FILE *file)
{
    struct stat st;

    return file && fstat(fileno(file), &st) == 0 ? st.st_ino : 0;
}

static bool is_among(ino_t number, const ino_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (numbers[i] == number)
            return true;
    }
    return false;
}

enum { FILES_MOST = 1000 };

/*
 * The files, the newest first, down to the one before `known` (NULL: all). The writer may rename
 * them meanwhile, from the oldest on: then one is met twice, and one name may be missing for a
 * moment though there are older ones.
 */
static unsigned open_files(const char *path, FILE *known, FILE *files[FILES_MOST])
{
    unsigned count = 0, missing = 0;
    ino_t numbers[FILES_MOST], end = number_of(known);

    for (unsigned i = 0; count < FILES_MOST && missing < 2; i++) {
        FILE *file = open_one(path, i);
        ino_t number = number_of(file);
        if (!file && errno != ENOENT)
            break;
        missing = file ? 0 : missing + 1;
        if (file && number != end && !is_among(number, numbers, count)) {
            numbers[count] = number;
            files[count++] = file;
        } else if (file) {
            fclose(file);
        }
        if (file && number == end)
            break;
    }
    return count;
}

/* From the oldest on. All are closed but the newest, which is returned: NULL where there is none.
 */
static FILE *read_files(
    const struct reading *reading, FILE *files[FILES_MOST], unsigned count, int *ret_result)
{
    for (unsigned i = count; i > 0; i--) {
        if (*ret_result == 0)
            *ret_result = read_lines(reading, files[i - 1]);
        if (i > 1)
            fclose(files[i - 1]);
    }
    return count > 0 ? files[0] : NULL;
}

/* Of what came just before the file was renamed, or before the end, nothing is left out. */
static int follow_file(
    const struct reading *reading, const char *path, FILE **file, FILE *files[FILES_MOST])
{
    int result = 0;

    for (bool more = true; more && result == 0;) {
        more = reading->query->wait(reading->query->wait_arg);
        if (*file)
            result = read_lines(reading, *file);
        unsigned count = result == 0 ? open_files(path, *file, files) : 0;
        if (count == 0)
            continue;
        if (*file) /* it was renamed, and nobody writes to it any more */
            result = read_lines(reading, *file);
        cleanup_fclose_fn(file);
        *file = read_files(reading, files, count, &result);
    }
    return result;
}

int log_read(const char *path, const struct log_query *query,
    int (*visit)(const struct log_entry *entry, void *arg), void *arg, struct err *err)
{
    struct reading reading = {.query = query, .visit = visit, .arg = arg};
    cleanup_fclose FILE *newest = NULL;
    uint64_t left = query->tail;
    FILE *files[FILES_MOST];
    int result = 0;

    unsigned count = open_files(path, NULL, files), wanted = 0;
    if (count == 0 && errno != ENOENT)
        return err_sys(err, "cannot read the log %s", path);
    for (; !query->all && wanted < count; wanted++) {
        if (left > 0)
            seek_tail(files[wanted], &left);
        else
            fseeko(files[wanted], 0, SEEK_END);
    }
    newest = read_files(&reading, files, count, &result);
    if (result == 0 && query->wait)
        result = follow_file(&reading, path, &newest, files);
    return result;
}
