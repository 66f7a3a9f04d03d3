/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is one function, that libFuzzer calls with bytes it made
 * up, many times a second, and changes them where new code was reached. The sanitizers look for
 * reads and writes out of bounds, undefined behaviour and leaks; must() is for what only we know to
 * be wrong.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "err.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "must hold: %s\n", #condition);                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* An error has a kind and words, both of them ended. */
static inline void must_explain(const struct err *err)
{
    must(err->kind != ERR_NONE && err->what[0]);
    must(strnlen(err->what, sizeof(err->what)) < sizeof(err->what));
    must(strnlen(err->hint, sizeof(err->hint)) < sizeof(err->hint));
}

/* A file in /proc/self/fd with these bytes, always the same one; its name goes to ret. */
static inline void fuzz_file(const uint8_t *data, size_t size, char ret[16])
{
    static int fd = -1;

    if (fd < 0)
        fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(ret, 16, "%d", fd);
}

/* The bytes as a string, in memory of exactly that size; free it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    must(text);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

#endif
