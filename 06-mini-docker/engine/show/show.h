/* SPDX-License-Identifier: MIT */
/*
 * show: what every `inspect` prints: an array of all that was found, indented as Docker does it, or
 * --format's template of each.
 */
#ifndef ENGINE_SHOW_H
#define ENGINE_SHOW_H

#include "format.h"

struct show {
    struct format *format; /* NULL: JSON */
    bool line;             /* --format json: the array on one line */
    size_t count;
};

/* `format`: --format's value, or NULL. Errors: a template that is none, whose code is EBADMSG:
 * docker ends with another status then. show_end only after success. */
int show_begin(struct show *ret, const char *format, struct err *err);

/* Print one, which stays the caller's. */
int show_one(struct show *show, struct json_object *object, struct err *err);

/* Close the array, if it is one. */
void show_end(struct show *show);

#endif
