/* SPDX-License-Identifier: MIT */
/*
 * explain: what --explain prints: each step as it is taken, the man page that describes it and the
 * lab that teaches it. Switched off it costs one comparison a step. With times it is also how the
 * bench sees where a start spends its own.
 */
#ifndef RUNTIME_EXPLAIN_H
#define RUNTIME_EXPLAIN_H

#include <stdint.h>

struct explain {
    int fd;             /* where the steps go; -1: nowhere */
    int columns;        /* of the terminal that shows them; 0: none, or it does not matter */
    const char *who;    /* "host", or in the child "pid 1" */
    uint64_t from_usec; /* explain_now when it began: each step says the time since; 0: none does */
};

/* CLOCK_MONOTONIC in microseconds. */
uint64_t explain_now(void);

/* Say a step, just before it is taken: `see` is "clone(2); lab 01". */
#define explain_step(explain, see, ...)                                                            \
    do {                                                                                           \
        if ((explain)->fd >= 0)                                                                    \
            explain_print(explain, see, __VA_ARGS__);                                              \
    } while (0)

void explain_print(const struct explain *explain, const char *see, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
