/* SPDX-License-Identifier: MIT */
/* env: the environment of a program: Docker's few variables, and what -e adds. */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include "err.h"
#include "opt.h"

#include <stdbool.h>

/* A list of "KEY=VALUE" that ends with NULL; env_free gives it back. */
struct env {
    char **items;
    size_t count;
};

/* Set KEY to VALUE; a value that was there is replaced, in its place. */
int env_set(struct env *env, const char *key, const char *value, struct err *err);

/* Set "KEY=VALUE", as it stands in a record or an image; a word without '=' is nothing. */
int env_add(struct env *env, const char *word, struct err *err);

/* "KEY=VALUE" sets; "KEY" takes our own value, where we have one. Errors: ERR_USAGE, no key. */
int env_add_options(struct env *env, const struct opt_list *words, struct err *err);

/* The same of the lines of files (env_file.h), whose errors it has. */
int env_add_files(struct env *env, const struct opt_list *files, struct err *err);

/* True when the key is there. */
bool env_has(const struct env *env, const char *key);

void env_free(struct env *env);

#endif
