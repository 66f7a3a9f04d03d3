/* SPDX-License-Identifier: MIT */
/* copy_tar: cp's archives: `cp - C:/dir` and `cp C:/path -`. */
#ifndef ENGINE_COPY_TAR_H
#define ENGINE_COPY_TAR_H

#include "copy_place.h"
#include "engine/store/store.h"

#include "rootfs.h"

/*
 * Unpack all of it or nothing: into room of the store first, from there into the open directory
 * `into`, over what is there; with `owners` as the archive says, else the caller's. `name` is the
 * archive's, in errors. Errors: it is no tar, it is damaged, a name in it leads out of it.
 */
int copy_tar_in(
    const struct store *store, int fd, const char *name, int into, bool owners, struct err *err);

/* The place as an archive, under its own name; what the path calls "x/." under "./". */
int copy_tar_out(const struct copy_place *place, int fd, struct err *err);

#endif
