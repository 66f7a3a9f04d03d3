// SPDX-License-Identifier: MIT
/*
 * An engine reads why its runtime failed from the log, not from standard error, which may be the
 * container's. containerd takes the last JSON object of level "error"; podman reads the whole file
 * as one object, so an error is one line and nothing else is written. Both show `msg` to the
 * person, and find out from its words whether a program was missing ("executable file not found",
 * "no such file or directory": 127) or could not be run ("permission denied": 126). So the hint
 * stands in the message too, and strerror's words are left as they are.
 *
 * A line is one write(2) to a file opened with O_APPEND: lines of several commands never mix.
 */
#include "log.h"

#include "commands.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct {
    int fd; /* 0: none, since 0 is standard input and never a log */
    bool json;
    bool is_stderr; /* the line says it all; nothing is said twice */
} the_log;

int log_open(const char *path, const char *format, struct err *err)
{
    struct stat ours, standard;

    if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0) {
        err_set(err, ERR_USAGE, "--log-format '%s' is none that is known", format);
        return err_hint(err, "the formats are text and json");
    }
    the_log.json = format && strcmp(format, "json") == 0;
    if (!path || !*path)
        return 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_sys(err, "cannot open the log %s", path);
    the_log.fd = fd;
    the_log.is_stderr = fstat(fd, &ours) == 0 && fstat(STDERR_FILENO, &standard) == 0 &&
                        ours.st_dev == standard.st_dev && ours.st_ino == standard.st_ino;
    return 0;
}

/* One line: what failed, why, and what to do about it. */
static void message(const struct err *failure, char *text, size_t room)
{
    snprintf(text, room, "%s%s%s%s%s", failure->what, failure->code ? ": " : "",
        failure->code ? strerror(failure->code) : "", failure->hint[0] ? "; " : "", failure->hint);
}

static char *json_line(const char *level, const char *text, const char *now)
{
    struct json_object *line = json_object_new_object();
    char *printed = NULL;

    json_add_string(line, "level", level);
    json_add_string(line, "msg", text);
    json_add_string(line, "time", now);
    if (asprintf(&printed, "%s\n",
            json_object_to_json_string_ext(
                line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
        printed = NULL;
    json_object_put(line);
    return printed;
}

/* key="value" with \" for a quote, \\ for a backslash and \n for a line's end, as logrus has it. */
static char *text_line(const char *level, const char *text, const char *now)
{
    char quoted[2 * sizeof(struct err)], *to = quoted, *printed = NULL;

    for (; *text && to < quoted + sizeof(quoted) - 5; text++) {
        if (*text == '"' || *text == '\\')
            to += sprintf(to, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            to += *text == '\n' ? sprintf(to, "\\n") : sprintf(to, "\\x%02x", (unsigned char)*text);
        else
            *to++ = *text;
    }
    *to = '\0';
    if (asprintf(&printed, "time=\"%s\" level=%s msg=\"%s\"\n", now, level, quoted) < 0)
        printed = NULL;
    return printed;
}

static void add_line(const char *level, const struct err *failure)
{
    char text[sizeof(struct err)], now[32];
    time_t seconds = time(NULL);
    struct tm utc;

    message(failure, text, sizeof(text));
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    cleanup_free char *line =
        the_log.json ? json_line(level, text, now) : text_line(level, text, now);
    if (line && write(the_log.fd, line, strlen(line)) < 0)
        err_print(stderr, PROGRAM, failure);
}

void log_error(const struct err *failure)
{
    fflush(stdout);
    if (!the_log.is_stderr)
        err_print(stderr, PROGRAM, failure);
    if (the_log.fd > 0)
        add_line("error", failure);
}

void log_warning(const struct err *warning)
{
    if (!the_log.is_stderr)
        err_print(stderr, PROGRAM ": warning", warning);
    if (the_log.fd > 0)
        add_line("warning", warning);
}
