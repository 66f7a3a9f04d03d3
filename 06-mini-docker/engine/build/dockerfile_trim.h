/* SPDX-License-Identifier: MIT */
/* dockerfile_trim: ${NAME#pattern} and its kin: a shell's patterns, * and ? and \ in front of them,
 * on a value. */
#ifndef ENGINE_DOCKERFILE_TRIM_H
#define ENGINE_DOCKERFILE_TRIM_H

#include "err.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The first letter of UTF-8, or byte that is none, of a text that is not empty. Returns its length.
 */
size_t dockerfile_letter(const char *text, uint32_t *ret);

/* Write the value without what fits the pattern at its front or its end, the shortest or the
 * longest. Errors: ERR_USAGE, a \ in front of what needs none. */
int dockerfile_trim(
    FILE *out, const char *value, const char *pattern, bool front, bool longest, struct err *err);

/* Write the value with the first, or each, longest part that fits as `put`. */
int dockerfile_replace(
    FILE *out, const char *value, const char *pattern, const char *put, bool all, struct err *err);

#endif
