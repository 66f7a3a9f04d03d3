// SPDX-License-Identifier: MIT
/*
 * One write a line, without stdio's buffers: parent and child print side by side, and the child
 * becomes another program without leaving what was not flushed.
 */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void explain_print(const struct explain *explain, const char *see, const char *fmt, ...)
{
    char what[512], line[700];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    int length = snprintf(line, sizeof(line), "[%-5s] %-70s  %s\n", explain->who, what, see);
    ssize_t ignored = write(explain->fd, line, (size_t)length);
    (void)ignored;
}
