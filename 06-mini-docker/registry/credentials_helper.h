/* SPDX-License-Identifier: MIT */
/* credentials_helper: programs that keep passwords, docker-credential-NAME, as docker calls them
 * (github.com/docker/docker-credential-helpers). `key` is what config.json calls the registry. */
#ifndef REGISTRY_CREDENTIALS_HELPER_H
#define REGISTRY_CREDENTIALS_HELPER_H

#include "credentials.h"

/* Zeros where the program knows nothing. Errors: there is no such program; it gives no JSON. */
int helper_get(const char *name, const char *key, struct credentials *ret, struct err *err);
int helper_store(
    const char *name, const char *key, const struct credentials *from, struct err *err);
int helper_erase(const char *name, const char *key, struct err *err);

#endif
