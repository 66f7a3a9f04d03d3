/* SPDX-License-Identifier: MIT */
/*
 * translate: a record, in Docker's words, into a spec, in the OCI's. It is the one place where the
 * two meet: above it nobody knows a capability set, below it nobody knows --privileged.
 */
#ifndef ENGINE_TRANSLATE_H
#define ENGINE_TRANSLATE_H

#include "engine/files/mounts.h"
#include "engine/images/image.h"
#include "engine/store/record.h"

#include "runtime/seccomp.h"
#include "runtime/spec.h"

struct translation {
    struct spec spec;
    struct seccomp seccomp;
    struct mounts mounts;
    struct translation_memory *memory; /* all that spec points at beside the record and the image */
};

/*
 * Everything that the next life of the container needs; host files are read here (users of the
 * image, a seccomp profile, the namespaces of container:X), nothing is started. `image` is NULL
 * with --rootfs. The record and the image must outlive *ret; the caller gives it back with
 * translation_free, after an error as well.
 */
int translate(const struct store *store, const struct record *record, const struct image *image,
    struct translation *ret, struct err *err);

void translation_free(struct translation *translation);

#endif
