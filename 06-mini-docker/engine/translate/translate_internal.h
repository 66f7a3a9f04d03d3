/* SPDX-License-Identifier: MIT */
/* translate_internal: what the files translate*.c share, and nobody else. */
#ifndef ENGINE_TRANSLATE_INTERNAL_H
#define ENGINE_TRANSLATE_INTERNAL_H

#include "engine/create/env.h"
#include "translate.h"
#include "user.h"

#include "runtime/json.h"

enum { TRANSLATE_PATH = 300 };

struct translation_memory {
    struct json_memory memory; /* what translate_alloc gave */
    struct env env;
    struct user user;
};

/* A translation while it is made. */
struct translating {
    const struct store *store;
    const struct record *record;
    const struct image *image; /* NULL with --rootfs */
    struct translation *ret;
    struct json_reader reader; /* of the memory */
    struct err *err;
};

/* Zeroed memory that lives as long as the translation; NULL with the error set. */
void *translate_alloc(struct translating *translating, size_t count, size_t size);

/* The parts; each returns 0, or -1 with the error set. */
int translate_namespaces(struct translating *translating);
int translate_limits(struct translating *translating);
int translate_devices(struct translating *translating); /* after the mounts are listed */

#endif
