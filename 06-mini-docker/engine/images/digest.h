/* SPDX-License-Identifier: MIT */
/*
 * digest: the name of a piece of content, which is a sum of it: "sha256:" and 64 hex digits. Who
 * has the name can tell whether what came is what was meant, wherever it came from. The sum is
 * nettle's.
 */
#ifndef ENGINE_DIGEST_H
#define ENGINE_DIGEST_H

#include "err.h"

#include <nettle/sha2.h>
#include <stddef.h>

enum { DIGEST_HEX = 64, DIGEST_TEXT = 7 + DIGEST_HEX + 1 };

/* ERR_USAGE unless the text is "sha256:" and 64 lower-case hex digits; `of` says in the error what
 * has it. A text that passes is safe as a file name. */
int digest_check(const char *of, const char *text, struct err *err);

/* The 64 digits of a digest that was checked. */
const char *digest_hex(const char *digest);

/* The sum so far as a digest; the context begins anew. */
void digest_end(struct sha256_ctx *sum, char ret[DIGEST_TEXT]);

/* Of bytes in memory. */
void digest_of(const void *bytes, size_t length, char ret[DIGEST_TEXT]);

#endif
