/* SPDX-License-Identifier: MIT */
/* tags: which tags a repository has. */
#ifndef REGISTRY_TAGS_H
#define REGISTRY_TAGS_H

#include "remote.h"

enum { TAGS_MOST = 10000 };

struct tags {
    char (*items)[IMAGE_TAG];
    size_t count;
};

/* Ask for all, page by page. The caller gives *ret back with tags_free, after an error as well.
 * Errors: there is no such repository; more than TAGS_MOST; one is no tag. */
int tags_fetch(struct remote *remote, struct tags *ret, struct err *err);
void tags_free(struct tags *tags);

#endif
