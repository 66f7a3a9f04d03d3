/* SPDX-License-Identifier: MIT */
/* detach_keys: the keys that end an attach and leave the container running: ctrl-p ctrl-q. */
#ifndef ENGINE_DETACH_KEYS_H
#define ENGINE_DETACH_KEYS_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

enum { DETACH_KEYS = 16 };

struct detach_keys {
    char keys[DETACH_KEYS];
    size_t count; /* 0: there are none */
    size_t held;  /* how many of them were typed last, and passed on to nobody yet */
};

/*
 * Docker's words: letters, or ctrl- and one of a-z @ [ \ ] ^ _, with commas between; NULL or
 * "": the default. Errors: ERR_REFUSED.
 */
int detach_keys_read(const char *words, struct detach_keys *ret, struct err *err);

/*
 * What was typed, `length` bytes: *ret has room for length + DETACH_KEYS and gets what is to be
 * passed on, *ret_length bytes. True: the sequence was typed.
 */
bool detach_keys_filter(
    struct detach_keys *keys, const char *typed, size_t length, char *ret, size_t *ret_length);

#endif
