/* SPDX-License-Identifier: MIT */
/* commit: an image of what a container has become: its image's layers, and one of its changes. */
#ifndef ENGINE_COMMIT_H
#define ENGINE_COMMIT_H

#include "engine/images/digest.h"
#include "engine/store/record.h"

#include "opt.h"

struct commit_options {
    const char *name, *message, *author; /* name: as it was typed; each may be NULL */
    struct opt_list changes;             /* "ENV A=b" */
    bool run_on;                         /* its processes are not stopped meanwhile */
};

/* ret_id: the image's. Errors: a change that is none; the container cannot be paused. */
int commit(const struct store *store, const struct record *record,
    const struct commit_options *options, char ret_id[DIGEST_TEXT], struct err *err);

#endif
