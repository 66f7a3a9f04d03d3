// SPDX-License-Identifier: MIT
/*
 * Lines only, in a terminal as in a file: what a build says can be read later, and by a program.
 * Every line is flushed, since whoever looks wants to know what it does now.
 */
#include "build_progress.h"

#include "runtime/explain.h"

#include "err.h"

#include <stdarg.h>
#include <string.h>

enum { AROUND = 2 };

static double seconds(const struct build_progress *progress)
{
    return (double)(explain_now() - progress->began_usec) / 1e6;
}

static void say(struct build_progress *progress, const char *fmt, va_list args)
{
    fprintf(progress->out, "#%u ", progress->number);
    vfprintf(progress->out, fmt, args);
    fputc('\n', progress->out);
    fflush(progress->out);
}

void build_progress_say(struct build_progress *progress, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (progress->out)
        say(progress, fmt, args);
    va_end(args);
}

void build_progress_begin(struct build_progress *progress, const char *fmt, ...)
{
    va_list args;

    progress->began_usec = explain_now();
    progress->length = 0;
    if (progress->number++ > 0 && progress->out)
        fputc('\n', progress->out);
    va_start(args, fmt);
    if (progress->out)
        say(progress, fmt, args);
    va_end(args);
}

static void end_line(struct build_progress *progress)
{
    build_progress_say(
        progress, "%.3f %.*s", seconds(progress), (int)progress->length, progress->line);
    progress->length = 0;
}

void build_progress_output(struct build_progress *progress, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n')
            progress->line[progress->length++] = bytes[i];
        if (bytes[i] == '\n' || progress->length == sizeof(progress->line))
            end_line(progress);
    }
}

static void end_output(struct build_progress *progress)
{
    if (progress->length > 0)
        end_line(progress);
}

void build_progress_cached(struct build_progress *progress)
{
    build_progress_say(progress, "CACHED");
}

void build_progress_done(struct build_progress *progress)
{
    end_output(progress);
    build_progress_say(progress, "DONE %.1fs", seconds(progress));
}

void build_progress_error(struct build_progress *progress, const char *what)
{
    char shown[ERR_SHOWN];

    end_output(progress);
    build_progress_say(progress, "ERROR: %s", err_harmless(what, shown));
}

void build_progress_excerpt(struct build_progress *progress, const char *name, const char *text,
    unsigned line, unsigned last)
{
    static const char rule[] = "--------------------";
    unsigned number = 1;

    if (!progress->out)
        return;
    fprintf(progress->out, "------\n%s:%u\n%s\n", name, line, rule);
    for (const char *at = text; *at && number <= last + AROUND; number++) {
        int length = (int)strcspn(at, "\n");
        if (number + AROUND >= line)
            fprintf(progress->out, "%4u | %s %.*s\n", number,
                number >= line && number <= last ? ">>>" : "   ", length, at);
        at += length + (at[length] == '\n');
    }
    fprintf(progress->out, "%s\n", rule);
    fflush(progress->out);
}
