/* SPDX-License-Identifier: MIT */
/* copy_up: a volume that is empty begins with what the image has at its place. */
#ifndef ENGINE_COPY_UP_H
#define ENGINE_COPY_UP_H

#include "engine/store/record.h"
#include "volume.h"

/*
 * Copy what the image has at `target` into the volume, with owners, modes, times and attributes,
 * unless something is in it already. A copy that was cut off goes on where it was. `lower`: as in
 * image.h. Waits for another that copies into the same volume.
 */
int copy_up(const struct store *store, const struct record *record, const char *lower,
    const char *target, const struct volume *volume, struct err *err);

#endif
