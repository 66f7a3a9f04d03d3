/* SPDX-License-Identifier: MIT */
/* image_platform: the kinds of machines that images are for, in the words of the Go language. */
#ifndef ENGINE_IMAGE_PLATFORM_H
#define ENGINE_IMAGE_PLATFORM_H

#include "err.h"

#include <stdbool.h>

struct image_descriptor; /* image_manifest.h */
struct image_index_file;

struct image_platform {
    const char *architecture, *os, *variant;
};

/* What this machine is called there: "amd64". */
const char *image_architecture(void);

/* What --platform says, NULL: this machine. *ret points into `room`. Errors: ERR_USAGE. */
int image_platform_parse(
    const char *text, char room[96], struct image_platform *ret, struct err *err);

/* Does an image for `has` run where `wanted` is asked for? wanted->architecture is not NULL; os
 * NULL is linux, variant NULL any. */
bool image_platform_fits(const struct image_platform *wanted, const struct image_platform *has);

/* The one for this machine, by platform; where none says its platform, the first. NULL: none. */
const struct image_descriptor *image_choose(const struct image_index_file *index);

/* The same for another kind of machine, whose name must be there. */
const struct image_descriptor *image_choose_for(
    const struct image_index_file *index, const struct image_platform *wanted);

#endif
