/* SPDX-License-Identifier: MIT */
/*
 * human: sizes and times as Docker shows them to people, and times as people type them. (common/'s
 * size.h is how the labs show sizes; the words here are those of Docker's go-units, which scripts
 * compare.)
 */
#ifndef ENGINE_HUMAN_H
#define ENGINE_HUMAN_H

#include "err.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Room for what each of these writes; each returns its buf. */
enum { HUMAN_TEXT = 40 };

/* "1.24MB": thousands, this many digits: 3 in listings, 4 in `system df`. */
char *human_size(uint64_t bytes, int digits, char buf[HUMAN_TEXT]);

/* "1.18MiB": 1024s, four digits; `stats` and `info`. */
char *human_binary_size(uint64_t bytes, char buf[HUMAN_TEXT]);

/* "Less than a second", "3 minutes", "About an hour", "2 weeks"; negative counts as 0. */
char *human_duration(int64_t seconds, char buf[HUMAN_TEXT]);

/* The same of the time since an RFC 3339 text (store_now), with " ago"; "N/A" for none. */
char *human_ago(const char *when, char buf[HUMAN_TEXT]);

/* "2026-11-22 03:00:00 +0000 UTC" of an RFC 3339 text, as `ps` has it in CreatedAt. */
char *human_date(const char *when, char buf[HUMAN_TEXT]);

/* An RFC 3339 text ("2026-11-22T03:00:00.5Z", "…+01:00"). -1: it is none. */
int human_parse_time(const char *text, struct timespec *ret);

/*
 * A time as --since and --until take it: RFC 3339, a date, seconds since 1970 with a fraction, or a
 * duration back from now ("10m", "1h30m", "1.5s"). `option` is named in the error, ERR_USAGE.
 */
int human_parse_since(const char *option, const char *text, struct timespec *ret, struct err *err);

/* True when the first is earlier than the second. */
bool human_is_before(const struct timespec *one, const struct timespec *other);

/* A duration in Go's form, "1h30m", "500ms", in nanoseconds. -1: it is none. */
int human_parse_duration(const char *text, int64_t *ret_nsec);

#endif
