/* SPDX-License-Identifier: MIT */
/*
 * build_glob: the patterns of COPY and .dockerignore, which are those of Go's filepath.Match: * and
 * ? within a name, [a-z] and [^a-z], \ in front of what means itself. And ** , over any number of
 * directories.
 */
#ifndef ENGINE_BUILD_GLOB_H
#define ENGINE_BUILD_GLOB_H

#include "err.h"

#include <stdbool.h>

/* True: the whole path fits. `deep`: ** is more than *. A pattern that is none fits nothing. */
bool build_glob(const char *pattern, const char *path, bool deep);

/* Has it anything but letters that mean themselves? */
bool build_glob_is(const char *pattern);

/* ERR_USAGE, "syntax error in pattern": a [ without its ], a \ at the end. */
int build_glob_check(const char *pattern, struct err *err);

#endif
