/* SPDX-License-Identifier: MIT */
/*
 * size: numbers that people type and read: "100m", "0.5", "100 MiB".
 *
 * Every parser refuses trailing rubbish, overflow, signs and what lies outside [least, most], and
 * the error (ERR_USAGE) says what would be accepted.
 */
#ifndef COMMON_SIZE_H
#define COMMON_SIZE_H

#include "err.h"

#include <stdint.h>

/* A whole number in decimal digits. `name` says what it is for in the error: "--pids". */
int size_parse_u64(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *ret,
    struct err *err);

/*
 * A size in bytes: digits, an optional fraction, and an optional b, k, m, g or t, each 1024 times
 * the one before, in either case, with "iB" or "B" after it allowed ("100m", "1.5g", "64MiB").
 */
int size_parse_bytes(const char *name, const char *text, uint64_t least_bytes, uint64_t most_bytes,
    uint64_t *ret_bytes, struct err *err);

/* A decimal number such as "0.5"; no exponent, no "inf", no "nan". */
int size_parse_decimal(
    const char *name, const char *text, double least, double most, double *ret, struct err *err);

/* Room for what size_format writes. */
enum { SIZE_TEXT = 32 };

/* "100 MiB", "1.5 GiB", "512 B"; "max" for UINT64_MAX. Returns buf. */
char *size_format(uint64_t bytes, char buf[SIZE_TEXT]);

#endif
