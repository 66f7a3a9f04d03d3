/* SPDX-License-Identifier: MIT */
/*
 * words: those of config.json that have a table here, one by one, for whoever lists what this
 * runtime knows, or reads them elsewhere. Each function gives the word of that number, and NULL
 * after the last.
 */
#ifndef RUNTIME_WORDS_H
#define RUNTIME_WORDS_H

#include "json.h"

extern const struct json_word rlimit_words[]; /* identity_limits.c: "RLIMIT_NOFILE", and its
                                                 number; {NULL} after the last */
const char *hooks_word(size_t n);             /* hooks.c: "prestart" */
const char *mounts_word(size_t n);            /* mounts_options.c: "nosuid" */
const char *seccomp_action_word(size_t n);    /* seccomp_words.c: "SCMP_ACT_ALLOW" */
const char *seccomp_compare_word(size_t n);
const char *seccomp_flag_word(size_t n);

#endif
