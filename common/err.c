// SPDX-License-Identifier: MIT
/*
 * An error is a value: it is filled in where something failed, travels up through return values (or
 * through a pipe, from a child to its parent), and is printed once, at the top.
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int err_sys(struct err *err, const char *fmt, ...)
{
    int code = errno;
    va_list ap;

    *err = (struct err){.kind = ERR_SYS, .code = code};
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof(err->what), fmt, ap);
    va_end(ap);
    errno = code;
    return -1;
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    va_list ap;

    *err = (struct err){.kind = kind};
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof(err->what), fmt, ap);
    va_end(ap);
    return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return -1;
}

void err_print(FILE *out, const char *prog, const struct err *err)
{
    fprintf(out, "%s: %s%s%s\n", prog, err->what, err->code ? ": " : "",
        err->code ? strerror(err->code) : "");
    if (err->hint[0])
        fprintf(out, "hint: %s\n", err->hint);
}

int err_exit_status(const struct err *err)
{
    static const int status[] = {
        [ERR_NONE] = 0,
        [ERR_SYS] = 1,
        [ERR_USAGE] = 2,
        [ERR_SKIP] = 77,
        [ERR_NOT_EXECUTABLE] = 126,
        [ERR_NOT_FOUND] = 127,
    };

    return status[err->kind];
}
