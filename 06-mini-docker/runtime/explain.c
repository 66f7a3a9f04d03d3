// SPDX-License-Identifier: MIT
/*
 * One write a line, without stdio's buffers: parent and child print side by side, and the child
 * becomes another program without leaving what was not flushed.
 */
#include "explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t explain_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* A source that has no room behind its step, in a terminal, goes to the next line whole. */
static int write_line(
    const struct explain *explain, char *line, size_t size, const char *what, const char *see)
{
    enum { WHO = 8, WHAT = 70, GAP = 2 };
    int room = WHAT;

    if (explain->columns) {
        int left = explain->columns - WHO - GAP - (int)strlen(see);
        room = left < room ? left : room;
        if (room < (int)strlen(what))
            return snprintf(line, size, "[%-5s] %s\n%*s%s\n", explain->who, what, WHO, "", see);
    }
    return snprintf(line, size, "[%-5s] %-*s  %s\n", explain->who, room, what, see);
}

void explain_print(const struct explain *explain, const char *see, const char *fmt, ...)
{
    char what[512], line[700];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    int length = 0;
    if (explain->from_usec)
        length =
            snprintf(line, sizeof(line), "%6" PRIu64 " us ", explain_now() - explain->from_usec);
    length += write_line(explain, line + length, sizeof(line) - (size_t)length, what, see);
    ssize_t ignored = write(explain->fd, line, (size_t)length);
    (void)ignored;
}
