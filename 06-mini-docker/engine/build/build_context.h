/* SPDX-License-Identifier: MIT */
/* build_context: the files that a build may copy from, and the Dockerfile. */
#ifndef ENGINE_BUILD_CONTEXT_H
#define ENGINE_BUILD_CONTEXT_H

#include "build.h"
#include "build_ignore.h"

#include "engine/images/image_stage.h"

struct build_context {
    int fd;                     /* the open directory; -1: a Dockerfile came alone */
    struct build_ignore ignore; /* .dockerignore */
    char *text;                 /* of the Dockerfile, and a 0 */
    size_t length;
    char name[256];          /* of it, in errors */
    struct image_stage room; /* where an archive was unpacked */
};

/* Find and read all that. build_context_close even after an error. Errors: there is no Dockerfile;
 * a context that would have to be fetched. */
int build_context_open(const struct store *store, const struct build_options *options,
    struct build_context *ret, struct err *err);

void build_context_close(struct build_context *context);

#endif
