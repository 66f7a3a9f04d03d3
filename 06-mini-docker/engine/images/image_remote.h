/* SPDX-License-Identifier: MIT */
/*
 * image_remote: images and files from other machines. The work is done by a program of its own,
 * mini-docker-registry (../../registry/), which lies beside mini-docker: so a container's start
 * carries neither HTTP nor TLS.
 *
 *     mini-docker-registry [--root DIR] pull [-q] [--platform OS/ARCH] NAME
 *     mini-docker-registry fetch [--max-size SIZE] URL FILE
 */
#ifndef ENGINE_IMAGE_REMOTE_H
#define ENGINE_IMAGE_REMOTE_H

#include "engine/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct image_pull {
    const char *platform; /* "linux/arm64", or NULL: this machine's */
    bool missing;         /* say "Unable to find image 'X' locally" first, as docker does */
    bool quiet;           /* say nothing on the way */
};

/*
 * Fetch an image into the store, as `pull` does; what is said on the way goes to standard error.
 * Waits. Errors: those of the registry; the program
 * is not there (ENOENT); a signal ended it (ECANCELED).
 */
int image_pull(
    const struct store *store, const char *word, const struct image_pull *pull, struct err *err);

/* Fetch a file by http or https: `file` appears whole or not at all, with the time that the server
 * gives it. `most_bytes`: how large it may be. Errors: as above. */
int image_fetch(const char *url, const char *file, uint64_t most_bytes, struct err *err);

/* Where that program is. Errors: it is not there (ENOENT), with what to do as the hint. */
int image_remote_find(char ret[PATH_MAX], struct err *err);

#endif
