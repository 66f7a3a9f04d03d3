/* SPDX-License-Identifier: MIT */
/*
 * picture: how `tree` draws: sections on a trunk, lines in them, bars.
 *
 *     web  e04a710ccf9b
 *     ├─ group                                          lab 02, 03
 *     │    memory  ███████░░░░░░░░░░░░░  35 MiB of 100 MiB
 *     └─ processes
 *          4260  sh
 *
 * In a terminal with colours and cut at its width; elsewhere plain and whole. Where the locale is
 * not UTF-8, |-- and # take the place of lines and blocks.
 */
#ifndef ENGINE_PICTURE_H
#define ENGINE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct picture {
    FILE *out;
    bool color, utf8;
    size_t width;    /* columns, 0: no end */
    bool last;       /* the section is the last: no trunk beside it */
    char line[4096]; /* the one that is being drawn */
};

/* Looks at `out`: a terminal?; at NO_COLOR, TERM, COLUMNS and the locale's variables. */
void picture_init(struct picture *picture, FILE *out);

/* A new section; `note` stands dim behind the title, or NULL. */
void picture_section(struct picture *picture, bool last, const char *title, const char *note);

/* A line of the section. \a in the text begins bold, \f dim, \v an accent, \r red, and \b ends
 * each. */
void picture_line(struct picture *picture, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A line on its own, without a trunk: the heading. */
void picture_title(struct picture *picture, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "memory  ████░░░░  TEXT": share is from 0 to 1; negative: no bar, since there is no limit. */
void picture_bar(struct picture *picture, const char *name, double share, const char *text);

/* "├─ " or "└─ ", and "│  " or "   ": for trees inside a line. */
const char *picture_branch(const struct picture *picture, bool last);
const char *picture_trunk(const struct picture *picture, bool last);

#endif
