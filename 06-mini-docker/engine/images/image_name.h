/* SPDX-License-Identifier: MIT */
/*
 * image_name: what people call an image, "busybox", and what that is short for,
 * "docker.io/library/busybox:latest" (the grammar is that of the registries:
 * github.com/distribution/reference).
 */
#ifndef ENGINE_IMAGE_NAME_H
#define ENGINE_IMAGE_NAME_H

#include "digest.h"
#include "err.h"

enum { IMAGE_REPOSITORY = 256, IMAGE_TAG = 129, IMAGE_NAME = 512 };

struct image_name {
    char repository[IMAGE_REPOSITORY]; /* "docker.io/library/busybox" */
    char tag[IMAGE_TAG];               /* "" where none was typed */
    char digest[DIGEST_TEXT];          /* of NAME@sha256:…, or "" */
};

/*
 * Errors: ERR_USAGE, "invalid reference format" as Docker says it, with what is wrong as the hint.
 */
int image_name_parse(const char *text, struct image_name *ret, struct err *err);

/* REPOSITORY:TAG, with `latest` where neither tag nor digest was typed; NAME@DIGEST has no tag. */
void image_name_full(const struct image_name *name, char ret[IMAGE_NAME]);

/* A full name as people write it: without docker.io/ and library/. Returns a part of `full`. */
const char *image_name_familiar(const char *full);

/* The host of its registry, "docker.io", for pull and push. */
void image_name_host(const struct image_name *name, char ret[IMAGE_REPOSITORY]);

#endif
