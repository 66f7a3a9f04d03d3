/* SPDX-License-Identifier: MIT */
/* env_file: the lines of --env-file and --label-file: of `run`, `create` and `exec`. */
#ifndef ENGINE_ENV_FILE_H
#define ENGINE_ENV_FILE_H

#include "err.h"

/*
 * Call take for each line, "KEY=VALUE" or "KEY", without white space in front; empty ones and
 * comments are left out. The line is env_file_each's. Errors: the file cannot be read; ERR_USAGE, a
 * line without a key or with white space in it; take's own.
 */
int env_file_each(const char *file, int (*take)(void *arg, const char *line, struct err *err),
    void *arg, struct err *err);

#endif
