/* SPDX-License-Identifier: MIT */
/* compress: a layer as it is to be carried, in gzip's form (RFC 1952). */
#ifndef REGISTRY_COMPRESS_H
#define REGISTRY_COMPRESS_H

#include "engine/images/image_add.h"

/*
 * Write what is behind `fd` to a new file at `path`, compressed. The same bytes always become the
 * same file. ret: its digest, size and path, which is malloc'ed. `moved` is called in between, with
 * how many bytes were read. Errors: a full disk; stopped by a signal.
 */
int compress_layer(int fd, const char *path, void (*moved)(void *arg, uint64_t bytes), void *arg,
    struct image_layer *ret, struct err *err);

/* Is what is behind `fd`, decompressed, what the digest names? */
bool compress_is_of(int fd, const char *diff_id);

#endif
