// SPDX-License-Identifier: MIT
/*
 * seccomp: a filter from where it is cheapest: the cache (seccomp_cache.c), else libseccomp
 * (seccomp_compile.c), and then it is put into the cache.
 */
#include "seccomp_internal.h"

int seccomp_prepare(
    const struct spec_seccomp *spec, const char *cache_dir, struct seccomp *ret, struct err *err)
{
    *ret = (struct seccomp){0};
    if (!spec)
        return 0;
    if (spec->text && cache_dir && seccomp_find(spec->text, cache_dir, ret))
        return 0;
    if (seccomp_compile(spec, ret, err) < 0)
        return -1;
    if (spec->text && cache_dir)
        seccomp_store(spec->text, cache_dir, ret);
    return 0;
}
