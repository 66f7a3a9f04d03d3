/* SPDX-License-Identifier: MIT */
/*
 * credentials: who we are to which registry, as docker keeps it: $DOCKER_CONFIG/config.json or
 * ~/.docker/config.json, or a program that it names (docker-credential-NAME).
 */
#ifndef REGISTRY_CREDENTIALS_H
#define REGISTRY_CREDENTIALS_H

#include "err.h"

#include <limits.h>
#include <stdbool.h>

struct credentials {
    char user[256], password[8192];
    char identity[8192]; /* a token that stands for both, or "" */
};

/* Those of a host, zeros where there are none. Errors: the file is none; the program fails. */
int credentials_find(const char *host, struct credentials *ret, struct err *err);

/* Keep them; ret_where: the file, or "" where a program took them. Errors: a full disk. */
int credentials_save(
    const char *host, const struct credentials *from, char ret_where[PATH_MAX], struct err *err);

/* Forget them; *ret_known: there were some. */
int credentials_forget(const char *host, bool *ret_known, struct err *err);

#endif
