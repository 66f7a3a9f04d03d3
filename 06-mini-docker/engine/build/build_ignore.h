/* SPDX-License-Identifier: MIT */
/*
 * build_ignore: .dockerignore: which files of a directory are no part of the build. One pattern a
 * line: * ? [a-z] within a name, ** over any number of directories, ! takes back; the last one that
 * fits decides. Source: Docker's reference, ".dockerignore file".
 */
#ifndef ENGINE_BUILD_IGNORE_H
#define ENGINE_BUILD_IGNORE_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

struct build_ignore {
    char **patterns; /* ends with NULL; a NULL list ignores nothing */
    bool *takes_back;
};

/* Errors: ERR_USAGE, "NAME:LINE: …": a pattern that is none. The caller frees *ret. */
int build_ignore_parse(
    const char *text, size_t length, const char *name, struct build_ignore *ret, struct err *err);

/* True: `path`, below the context's top and without a slash in front, is left out. A directory that
 * is left out is still walked where a later "!" could take something in it back:
 * build_ignore_walks. */
bool build_ignored(const struct build_ignore *ignore, const char *path);
bool build_ignore_walks(const struct build_ignore *ignore, const char *path);

void build_ignore_free(struct build_ignore *ignore);

#endif
