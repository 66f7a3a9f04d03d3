/* SPDX-License-Identifier: MIT */
/* upload: one blob of the store into the registry, unless that has it. */
#ifndef REGISTRY_UPLOAD_H
#define REGISTRY_UPLOAD_H

#include "engine/store/store.h"
#include "progress.h"
#include "remote.h"

enum upload_result { UPLOAD_SENT, UPLOAD_WAS_THERE, UPLOAD_MOUNTED };

/*
 * `from`: another repository of this registry that should have it, so that it need not be sent;
 * NULL: none is known. Its row of `progress` is drawn while it is sent. Errors: the registry says
 * no; the store has no such blob.
 */
int upload_blob(struct remote *remote, const struct store *store, const char *digest,
    const char *from, struct progress *progress, size_t row, enum upload_result *ret,
    struct err *err);

#endif
