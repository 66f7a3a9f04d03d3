// SPDX-License-Identifier: MIT
/*
 * .dockerignore. A pattern fits a path that it fits whole, or a directory above it; the patterns
 * are asked in their order, each only where it would change what is known so far.
 *
 * What must hold: this and Docker's own agree, or a secret that somebody left out comes along.
 */
#include "build_ignore.h"

#include "build_glob.h"
#include "engine/files/mount_words.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

static bool space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int add_pattern(
    struct build_ignore *ignore, size_t count, const char *pattern, bool back, struct err *err)
{
    char **patterns = reallocarray(ignore->patterns, count + 2, sizeof(*patterns));
    bool *takes_back = reallocarray(ignore->takes_back, count + 1, sizeof(*takes_back));

    if (patterns)
        ignore->patterns = patterns;
    if (takes_back)
        ignore->takes_back = takes_back;
    if (!patterns || !takes_back || !(patterns[count] = strdup(pattern)))
        return err_sys(err, "no memory for a pattern");
    patterns[count + 1] = NULL;
    takes_back[count] = back;
    return 0;
}

/* One line, without spaces around. Returns 1 where it has become a pattern. */
static int read_pattern(
    struct build_ignore *ignore, size_t count, const char *line, struct err *err)
{
    bool back = line[0] == '!';
    char clean[PATH_MAX];

    line += back;
    while (space(*line))
        line++;
    if (!*line && back) {
        err_set(err, ERR_USAGE, "illegal exclusion pattern: \"!\"");
        return err_hint(err, "a pattern follows it: !keep/this");
    }
    if (build_glob_check(line, err) < 0)
        return -1;
    /* nothing of the context is above it */
    if (strcmp(line, "..") == 0 || strncmp(line, "../", 3) == 0)
        return 0;
    if (!mount_words_clean(line, clean)) {
        err_set(err, ERR_USAGE, "the pattern is too long: %.60s", line);
        return err_hint(err, "no path has more than %d bytes", PATH_MAX);
    }
    /* "." has never meant anything */
    return clean[1] ? add_pattern(ignore, count, clean + 1, back, err) < 0 ? -1 : 1 : 0;
}

int build_ignore_parse(
    const char *text, size_t length, const char *name, struct build_ignore *ret, struct err *err)
{
    size_t count = 0, number = 0;
    char what[sizeof(err->what)];

    *ret = (struct build_ignore){0};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    for (const char *at = text, *end = text + length; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end, *stop = newline ? newline : end;
        bool comment = *at == '#';
        number++;
        while (at < stop && space(*at))
            at++;
        while (at < stop && space(stop[-1]))
            stop--;
        cleanup_free char *line = comment ? NULL : strndup(at, (size_t)(stop - at));
        int added = line && line[0] ? read_pattern(ret, count, line, err) : 0;
        if (added < 0) {
            memcpy(what, err->what, sizeof(what));
            snprintf(err->what, sizeof(err->what), "%.80s:%zu: %.300s", name, number, what);
            return -1;
        }
        count += (size_t)added;
        at = next;
    }
    return 0;
}

/* The path, or a directory above it. */
static bool fits(const char *pattern, const char *path)
{
    char above[PATH_MAX];

    if (build_glob(pattern, path, true))
        return true;
    snprintf(above, sizeof(above), "%s", path);
    for (char *slash; (slash = strrchr(above, '/'));) {
        *slash = '\0';
        if (build_glob(pattern, above, true))
            return true;
    }
    return false;
}

bool build_ignored(const struct build_ignore *ignore, const char *path)
{
    bool ignored = false;

    for (size_t i = 0; ignore && ignore->patterns && ignore->patterns[i]; i++) {
        if (ignore->takes_back[i] == ignored && fits(ignore->patterns[i], path))
            ignored = !ignored;
    }
    return ignored;
}

bool build_ignore_walks(const struct build_ignore *ignore, const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; ignore && ignore->patterns && ignore->patterns[i]; i++) {
        const char *pattern = ignore->patterns[i];
        size_t plain = strcspn(pattern, "*?[\\"), both = plain < length ? plain : length;
        if (ignore->takes_back[i] && strncmp(pattern, path, both) == 0 &&
            (plain <= length || pattern[length] == '/'))
            return true;
    }
    return false;
}

void build_ignore_free(struct build_ignore *ignore)
{
    for (size_t i = 0; ignore->patterns && ignore->patterns[i]; i++)
        free(ignore->patterns[i]);
    free(ignore->patterns);
    free(ignore->takes_back);
    *ignore = (struct build_ignore){0};
}
