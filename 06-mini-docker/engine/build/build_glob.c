// SPDX-License-Identifier: MIT
/*
 * A star first fits nothing, and one letter more each time that what follows does not fit. Only the
 * last star is ever tried again: what an earlier one could fit, the later one can as well. So the
 * time is at most the product of the lengths. There are two kinds, * that ends at a slash, and **.
 */
#include "build_glob.h"

#include "dockerfile_trim.h"

#include <stdint.h>
#include <string.h>

/* One letter of a class, behind its \ where it has one. NULL: there is none. */
static const char *class_letter(const char *at, uint32_t *ret)
{
    if (!*at || *at == ']' || *at == '-')
        return NULL;
    at += *at == '\\';
    return *at ? at + dockerfile_letter(at, ret) : NULL;
}

/* [a-z]: *at is behind the [, and goes behind the ]. False: it does not fit, or is no class. */
static bool fits_class(const char **at, uint32_t letter, bool *ret_good)
{
    const char *from = *at + (**at == '^');
    bool negated = **at == '^', fits = false;
    uint32_t low, high;

    *ret_good = false;
    do {
        if (!(from = class_letter(from, &low)))
            return false;
        high = low;
        if (*from == '-' && !(from = class_letter(from + 1, &high)))
            return false;
        fits |= low <= letter && letter <= high;
    } while (*from != ']');
    *at = from + 1;
    *ret_good = true;
    return fits != negated;
}

/* One letter of the path against one element of the pattern, no star; both go on. */
static bool step(const char **pattern, const char **path)
{
    const char *at = *pattern;
    uint32_t letter, wanted;
    bool fits, good;

    if (!*at || !**path)
        return false;
    size_t length = dockerfile_letter(*path, &letter);
    if (*at == '[') {
        at++;
        fits = fits_class(&at, letter, &good); /* a slash too, as in Go */
    } else if (*at == '?') {
        at++;
        fits = letter != '/';
    } else {
        at += *at == '\\';
        if (!*at)
            return false;
        at += dockerfile_letter(at, &wanted);
        fits = wanted == letter;
    }
    *pattern = at;
    *path += length;
    return fits;
}

bool build_glob(const char *pattern, const char *path, bool deep)
{
    struct {
        const char *pattern, *path;
    } star = {NULL, NULL}, stars = {NULL, NULL};

    while (*path || *pattern) {
        if (deep && strncmp(pattern, "**", 2) == 0) {
            pattern += 2;
            pattern += *pattern == '/';
            if (!*pattern)
                return true;
            stars.pattern = pattern;
            stars.path = path;
            star.pattern = NULL;
        } else if (*pattern == '*') {
            star.pattern = ++pattern;
            star.path = path;
        } else if (!step(&pattern, &path)) {
            uint32_t letter;
            if (star.pattern && *star.path && *star.path != '/') {
                star.path += dockerfile_letter(star.path, &letter);
                pattern = star.pattern;
                path = star.path;
                continue;
            }
            /* ** : on to what is behind the next slash */
            const char *slash = stars.pattern ? strchr(stars.path, '/') : NULL;
            if (!slash)
                return false;
            pattern = stars.pattern;
            path = stars.path = slash + 1;
            star.pattern = NULL;
        }
    }
    return true;
}

bool build_glob_is(const char *pattern)
{
    for (; *pattern; pattern++) {
        if (strchr("*?[", *pattern))
            return true;
        if (*pattern == '\\' && pattern[1])
            pattern++;
    }
    return false;
}

int build_glob_check(const char *pattern, struct err *err)
{
    const char *at = pattern;
    bool good = true;

    while (good && *at) {
        char c = *at++;
        if (c == '[')
            fits_class(&at, 0, &good);
        else if (c == '\\')
            good = *at++ != '\0';
    }
    if (good)
        return 0;
    err_set(err, ERR_USAGE, "syntax error in pattern: %.200s", pattern);
    return err_hint(
        err, "a [ has no ], or a \\ nothing behind it -> write \\[ and \\\\ for themselves");
}
