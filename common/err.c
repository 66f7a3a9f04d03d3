// SPDX-License-Identifier: MIT
/*
 * An error is a value: it is filled in where something failed, travels up through return values (or
 * through a pipe, from a child to its parent), and is printed once, at the top.
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
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

int err_refuse(struct err *err, int code, const char *fmt, ...)
{
    va_list ap;

    *err = (struct err){.kind = ERR_REFUSED, .code = code};
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

/* C1 are the control characters of two bytes in UTF-8, U+0080 to U+009F. */
const char *err_harmless(const char *text, char *shown)
{
    char *end = shown;

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
        bool is_c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
        if (is_c1)
            end += sprintf(end, "\\u00%02x", (unsigned char)*++text);
        else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            end += sprintf(end, "\\x%02x", c);
        else
            *end++ = (char)c;
    }
    *end = '\0';
    return shown;
}

/* A line in one write(2) each: others may write to the same terminal. */
void err_print(FILE *out, const char *prog, const struct err *err)
{
    bool coded = err->code && err->kind != ERR_REFUSED;
    char shown[ERR_SHOWN]; /* the hint is as long */

    fprintf(out, "%s: %s%s%s\n", prog, err_harmless(err->what, shown), coded ? ": " : "",
        coded ? strerror(err->code) : "");
    if (err->hint[0])
        fprintf(out, "hint: %s\n", err_harmless(err->hint, shown));
}

/* glibc has strerrorname_np(3) for this, since 2.32; other C libraries have nothing. */
const char *err_name(int code)
{
#define NAME(code) [code] = #code
    static const char *const names[] = {NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR),
        NAME(EIO), NAME(ENXIO), NAME(E2BIG), NAME(ENOEXEC), NAME(EBADF), NAME(ECHILD), NAME(EAGAIN),
        NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(ENOTBLK), NAME(EBUSY), NAME(EEXIST),
        NAME(EXDEV), NAME(ENODEV), NAME(ENOTDIR), NAME(EISDIR), NAME(EINVAL), NAME(ENFILE),
        NAME(EMFILE), NAME(ENOTTY), NAME(ETXTBSY), NAME(EFBIG), NAME(ENOSPC), NAME(ESPIPE),
        NAME(EROFS), NAME(EMLINK), NAME(EPIPE), NAME(EDOM), NAME(ERANGE), NAME(ENAMETOOLONG),
        NAME(ENOSYS), NAME(ENOTEMPTY), NAME(ELOOP), NAME(ENOMSG), NAME(EOVERFLOW), NAME(EOPNOTSUPP),
        NAME(ETIMEDOUT), NAME(ECONNREFUSED), NAME(ENETUNREACH), NAME(EHOSTUNREACH)};
#undef NAME
    static char number[24];

    if (code > 0 && (size_t)code < sizeof(names) / sizeof(names[0]) && names[code])
        return names[code];
    snprintf(number, sizeof(number), "errno %d", code);
    return number;
}

int err_exit_status(const struct err *err)
{
    static const int status[] = {
        [ERR_NONE] = 0,
        [ERR_SYS] = 1,
        [ERR_USAGE] = 2,
        [ERR_WORDS] = 2,
        [ERR_SKIP] = 77,
        [ERR_NOT_EXECUTABLE] = 126,
        [ERR_NOT_FOUND] = 127,
        [ERR_REFUSED] = 1,
    };

    return status[err->kind];
}
