/* SPDX-License-Identifier: MIT */
/*
 * progress: what happens to each layer, as docker shows it: in a terminal a line a layer, drawn
 * again as it moves; elsewhere a line for each step.
 */
#ifndef REGISTRY_PROGRESS_H
#define REGISTRY_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress_row {
    char id[16];
    const char *state;    /* "Downloading" */
    uint64_t done, total; /* total 0: there is no bar */
};

struct progress {
    bool quiet, live;
    struct progress_row *rows;
    size_t count;
    unsigned columns;
    size_t drawn; /* lines on the terminal that are ours */
    int64_t last_msec;
};

/* On standard output. `most` rows; without memory for them, or in a terminal with fewer lines, it
 * is as if there were no terminal. */
void progress_begin(struct progress *progress, size_t most, bool quiet);

/* A new row, for a digest; returns its number. */
size_t progress_add(struct progress *progress, const char *digest, const char *state);

/* What happens to it now; without a bar, or with one. `state` is kept as it is: a constant. */
void progress_state(struct progress *progress, size_t row, const char *state);
void progress_bytes(
    struct progress *progress, size_t row, const char *state, uint64_t done, uint64_t total);

/* Draw the last state. Safe on a zeroed struct. */
void progress_end(struct progress *progress);

#endif
