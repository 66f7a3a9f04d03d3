/* SPDX-License-Identifier: MIT */
/* image_builtin: the image `busybox`, which needs no network: made of this machine's busybox. */
#ifndef ENGINE_IMAGE_BUILTIN_H
#define ENGINE_IMAGE_BUILTIN_H

#include "engine/store/store.h"

#include <stdbool.h>

#define IMAGE_BUILTIN "busybox"

/* True where the word means it: "busybox", "docker.io/library/busybox:latest". */
bool image_builtin_is(const char *word);

/*
 * Make it, as docker.io/library/busybox:latest. The same busybox gives the same image, with the
 * same digests, wherever and whenever it is made. Errors: there is no static busybox -> make deps.
 */
int image_builtin_make(const struct store *store, struct err *err);

#endif
