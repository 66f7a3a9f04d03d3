/* SPDX-License-Identifier: MIT */
/* upper: the two directories of a container in which overlayfs keeps what it changes. */
#ifndef ENGINE_UPPER_H
#define ENGINE_UPPER_H

#include "engine/store/record.h"

/*
 * Make containers/ID/upper and work, where they are not there yet: at a start, and when somebody
 * looks into a container that was never started. The root of what is seen has the mode and the
 * owner of `upper`, so it gets those of the image's topmost layer. `lower`: as in image.h.
 */
int upper_make(const struct store *store, const char *id, const char *lower,
    char ret_upper[PATH_MAX], char ret_work[PATH_MAX], struct err *err);

#endif
