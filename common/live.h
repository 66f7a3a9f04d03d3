/* SPDX-License-Identifier: MIT */
/*
 * live: a quantity drawn as it moves, a bar with a sparkline behind it, and kept as CSV.
 *
 *       cpu   [##########..........]  0.50 of 1.00 core    ▄▄▅▄▄▄▅▄
 *
 * In a terminal one line a series is redrawn in place; elsewhere, and where it does not fit, a line
 * is printed at most once a second. With --csv FILE every point is written: seconds,series,value.
 */
#ifndef COMMON_LIVE_H
#define COMMON_LIVE_H

#include "report.h"

enum { LIVE_SPARK = 24 };

struct live {
    struct report *report;
    const char *unit; /* what stands behind the number: "core", "MB/s" */
    double full;      /* the value at which the bar is full: the limit, or the most possible */
    double mark;      /* draw a | at this value (the quota), or a negative number for none */
    double begin;     /* monotonic seconds when it started */
    double printed;   /* when a line was last printed, for the line-a-second form */
    bool in_place;    /* the cursor stands behind a line that the next point is drawn over */
    FILE *csv;
    double spark[LIVE_SPARK]; /* the last points, oldest first */
    size_t points;            /* how many points there were in all */
};

/* Seconds on the monotonic clock (clock_gettime(2)). */
double live_now(void);

/*
 * Start drawing. `unit` must live as long as *live. With --csv the file is opened for appending,
 * with a header when it is new. Errors: the CSV file cannot be opened.
 */
int live_begin(struct live *live, struct report *r, const char *unit, double full, double mark,
    struct err *err);

/* Add one point of the series and draw it. */
void live_point(struct live *live, const char *series, double value);

/* Finish the drawing (a newline in a terminal) and close the CSV file. Safe to call twice. */
void live_end(struct live *live);

#endif
