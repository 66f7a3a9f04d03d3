/* SPDX-License-Identifier: MIT */
/*
 * copy: `cp` between a container's files and the host's, and tar archives on standard input and
 * output. Docker's rules about what exists and what a path ends with are in copy_place.c.
 *
 * The files in the container may be set as traps for whoever copies: no path in there is walked but
 * by openat2(2) with RESOLVE_IN_ROOT, and every last word is opened without following it.
 */
#ifndef ENGINE_COPY_H
#define ENGINE_COPY_H

#include "engine/store/record.h"

struct copy_job {
    const struct store *store;
    const struct record *record;
    const char *lower;            /* as in image.h */
    const char *container;        /* as it was typed, for messages */
    const char *inside, *outside; /* the two paths; outside: "-" is standard input or output */
    bool archive;                 /* -a: owners too, when copying out */
    bool follow;                  /* -L: a symlink as the source means what it leads to */
};

/* From the container, and into it. Errors: in Docker's words. Privilege: as that which started the
 * container. */
int copy_out(const struct copy_job *job, struct err *err);
int copy_in(const struct copy_job *job, struct err *err);

#endif
