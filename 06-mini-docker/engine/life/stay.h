/* SPDX-License-Identifier: MIT */
/* stay: start a container and stay with it until it ends: `run` without -d, and `start -a`. */
#ifndef ENGINE_STAY_H
#define ENGINE_STAY_H

#include "engine/images/image.h"
#include "engine/store/record.h"

#include "runtime/explain.h"

struct stay_options {
    bool interactive; /* our standard input is the program's */
    bool quiet[3];    /* of its output, what our 1 or 2 does not show: -a */
    bool sig_proxy;
    const char *detach_keys; /* Docker's words, or NULL */
    struct explain explain;
};

/*
 * Before the container is created: signals to us are kept from here on, and reach it once it runs.
 * Errors: ERR_USAGE, the keys; -t with an input that is no terminal.
 */
int stay_prepare(const struct stay_options *options, bool terminal, struct err *err);

/*
 * `image` as in start_container. Returns the program's exit status, and 0 when the person detached.
 * It says on standard error when the kernel ended the program for want of memory. Errors:
 * start_container's; the monitor is gone.
 */
int stay_start(const struct store *store, const struct record *record, const struct image *image,
    const struct stay_options *options, struct err *err);

/* The same with a container that runs, `attach`; but who detaches gets "read escape sequence". */
int stay_attach(const struct store *store, const struct record *record,
    const struct stay_options *options, struct err *err);

#endif
