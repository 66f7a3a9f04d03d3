/* SPDX-License-Identifier: MIT */
/*
 * build_progress: what a build says while it works, in the manner of BuildKit's plain form: a
 * number in front of every line says which step it is from.
 *
 *     #2 [2/3] RUN make
 *     #2 0.214 cc -o hello hello.c
 *     #2 DONE 0.4s
 */
#ifndef ENGINE_BUILD_PROGRESS_H
#define ENGINE_BUILD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct build_progress {
    FILE *out; /* NULL: say nothing */
    unsigned number;
    uint64_t began_usec;
    char line[4096]; /* of output, which has not ended yet */
    size_t length;
};

/* The next step begins. */
void build_progress_begin(struct build_progress *progress, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What its process wrote: line by line. */
void build_progress_output(struct build_progress *progress, const char *bytes, size_t length);

/* One more line of it. */
void build_progress_say(struct build_progress *progress, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Its end: "CACHED", "DONE 0.1s", or "ERROR: …". */
void build_progress_cached(struct build_progress *progress);
void build_progress_done(struct build_progress *progress);
void build_progress_error(struct build_progress *progress, const char *what);

/* The lines of a text around `line`, which is marked up to `last`. */
void build_progress_excerpt(struct build_progress *progress, const char *name, const char *text,
    unsigned line, unsigned last);

#endif
