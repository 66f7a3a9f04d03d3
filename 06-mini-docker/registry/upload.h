/* SPDX-License-Identifier: MIT */
/* upload: one blob into the registry, unless that has it. */
#ifndef REGISTRY_UPLOAD_H
#define REGISTRY_UPLOAD_H

#include "remote.h"

enum upload_result { UPLOAD_SENT, UPLOAD_WAS_THERE, UPLOAD_MOUNTED };

struct upload {
    const char *digest;
    int fd; /* all of a file */
    uint64_t size;
    const char *from; /* another repository of this registry that should have it, so that it need
                         not be sent; NULL: none is known */
    void (*sent)(void *arg, uint64_t bytes); /* so far; may be NULL */
    void *arg;
};

/* Errors: the registry says no. */
int upload_blob(
    struct remote *remote, const struct upload *upload, enum upload_result *ret, struct err *err);

#endif
