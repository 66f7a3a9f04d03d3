// SPDX-License-Identifier: MIT
/*
 * A file of variables, or of labels, which Docker reads alike. It is no shell's: quotes, and white
 * space behind the '=', are part of the value. One that was written on Windows is read as it was
 * meant, without its byte order mark and its '\r'.
 */
#include "env_file.h"

#include "cleanup.h"
#include "fsio.h"

#include <string.h>

static int check_line(const char *file, size_t number, const char *line, struct err *err)
{
    size_t length = strcspn(line, "=");

    if (length > 0 && strcspn(line, " \t") >= length)
        return 0;
    err_set(err, ERR_USAGE,
        length == 0 ? "%.200s, line %zu: no variable name in '%.60s'"
                    : "%.200s, line %zu: poorly formatted environment: variable '%.60s' contains "
                      "whitespaces",
        file, number, line);
    return err_hint(err, "a line is KEY=VALUE, KEY, empty, or a comment after '#'");
}

int env_file_each(const char *file, int (*take)(void *arg, const char *line, struct err *err),
    void *arg, struct err *err)
{
    cleanup_free char *text = fsio_read(NULL, file, err);
    size_t number = 0;

    if (!text)
        return -1;
    char *rest = text + (strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
    for (char *line; (line = strsep(&rest, "\n"));) {
        number++;
        line += strspn(line, " \t");
        line[strcspn(line, "\r")] = '\0';
        if (!*line || *line == '#')
            continue;
        if (check_line(file, number, line, err) < 0 || take(arg, line, err) < 0)
            return -1;
    }
    return 0;
}
