/* SPDX-License-Identifier: MIT */
/*
 * report: what a lab says: numbered steps as they are done, then a table of claims.
 *
 *     [2/4] memory.max <- 104857600            (100 MiB)
 *           claim                              expected          measured
 *       ok  memory never passes the limit      <= 104857600      104857600   memory.peak
 *
 * A claim is typed: it is given the bound and the measured number, and it is the report that
 * compares them, so that no text can say "ok" where the numbers do not.
 */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum compare { EQ, NE, LE, GE, LT, GT };

enum { REPORT_CLAIMS = 48 };

struct claim {
    bool ok;
    char text[64], expected[40], measured[40], source[64];
};

struct report {
    int step, steps;      /* the last step printed, and how many there will be */
    bool explain;         /* --explain: print each step's source and the explain() lines */
    bool pause;           /* --step: wait for Enter before each step */
    bool pause_ended;     /* end of file was met while waiting: wait no more */
    bool color;           /* stdout is a terminal and NO_COLOR is not set */
    bool terminal;        /* stdout is a terminal, and not a dumb one: lines may be redrawn */
    const char *csv_path; /* --csv FILE, or NULL; live.h writes it */
    bool csv_written;
    int csv_errno;          /* why csv_path does not have all of the series, or 0 */
    const char *csv_prefix; /* stands before each series: "cpu/" in ./run all, else "" */
    size_t claims;
    struct claim claim[REPORT_CLAIMS];
};

/* Make a report for `steps` steps; looks at stdout and NO_COLOR (https://no-color.org). */
void report_init(struct report *r, int steps);

/*
 * How many columns the terminal has now, 80 where it does not say. 0 where stdout is none: then
 * nothing has to fit.
 */
int report_columns(const struct report *r);

/*
 * Announce the next step and, with --step, wait for Enter first. Call it just before the thing is
 * done; use note for what came of it. `see` names the man page or kernel document and, where
 * one taught it, the lab: "clone(2); lab 01"; NULL for none.
 */
void step(struct report *r, const char *see, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A line under the current step: what came of it, in the step's indentation. */
void note(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line printed only with --explain: the why, for the reader who asked for it. */
void explain(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Record a claim; report_claims prints them all. `source` is the kernel's file or the call that the
 * measured value was read from. A control is a claim whose text starts with "control: ".
 */
void claim_u64(struct report *r, const char *text, uint64_t measured, enum compare op,
    uint64_t bound, const char *source);
void claim_text(struct report *r, const char *text, const char *measured, enum compare op,
    const char *expected, const char *source);
/* Decimal numbers: least <= measured <= most. */
void claim_range(struct report *r, const char *text, double measured, double least, double most,
    const char *source);
/* A system call's answer, by name: errno (0 is shown as "ok"), compared for equality. */
void claim_errno(
    struct report *r, const char *text, int measured, int expected, const char *source);

/*
 * Print the table of claims. Returns how many failed. In a terminal its columns are as wide as what
 * is in them, and a source that has no room any more goes to the next line.
 */
int report_claims(struct report *r);

/* 1 when standard output did not take all of what was printed, which stderr is told; else 0. */
int report_lost_output(const char *prog);

#endif
