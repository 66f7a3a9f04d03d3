/* SPDX-License-Identifier: MIT */
/* What the files seccomp*.c share. */
#ifndef RUNTIME_SECCOMP_INTERNAL_H
#define RUNTIME_SECCOMP_INTERNAL_H

#include "seccomp.h"

#include "err.h"

#include <seccomp.h>

/* seccomp_compile.c: the whole filter; ret->filter is malloc'ed. */
int seccomp_compile(const struct spec_seccomp *spec, struct seccomp *ret, struct err *err);

/* seccomp_words.c: the OCI's words. Each says the place of a word that nobody knows. */
int seccomp_action(const char *place, const char *word, bool errno_given, unsigned errno_ret,
    uint32_t *ret, struct err *err);
int seccomp_compare(const char *place, const char *word, enum scmp_compare *ret, struct err *err);
int seccomp_architecture(const char *place, const char *word, uint32_t *ret, struct err *err);
int seccomp_flags(const char *const *words, unsigned *ret, struct err *err);

/* Room for what seccomp_enosys writes: a block of six for each architecture there is. */
enum { SECCOMP_PREFIX_MOST = 6 * 24 };

/*
 * seccomp_enosys.c: the instructions that go before the filter, so that a call which is newer than
 * the profile says ENOSYS. Returns their number.
 */
unsigned short seccomp_enosys(const struct spec_seccomp *spec, uint32_t default_action,
    const uint32_t *architectures, size_t count, struct sock_filter ret[SECCOMP_PREFIX_MOST]);

/* seccomp_cache.c: nothing here is an error; what cannot be stored is compiled the next time. */
void seccomp_store(const char *text, const char *cache_dir, const struct seccomp *seccomp);

#endif
