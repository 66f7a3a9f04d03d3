/* SPDX-License-Identifier: MIT */
/*
 * engine: from what the person asked for to a container that ran.
 *
 * cli/ fills struct run_options with words as they were typed; engine/ judges them, writes the spec
 * (runtime/spec.h), has runtime/ start it, and stays with the container until it ends.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "err.h"
#include "opt.h"

#include <stdbool.h>

/* Texts are NULL where the option was not given. They point into argv. */
struct run_options {
    bool interactive, tty, remove, read_only, init, explain;
    const char *rootfs, *memory, *cpus, *pids_limit, *workdir, *hostname, *user;
    struct opt_list env, cap_add, cap_drop, security_opts;
    int argc;
    char **argv; /* the program and its arguments, ending with NULL; they reach it as they are */
};

/*
 * Run a container from start to end. Returns its exit status (128+n: signal n ended it), or -1 with
 * *err: ERR_USAGE for a value that is refused, ERR_NOT_FOUND and ERR_NOT_EXECUTABLE for the
 * program, else what could not be done. Whatever it returns, nothing is left on the host.
 */
int engine_run(const struct run_options *options, struct err *err);

#endif
