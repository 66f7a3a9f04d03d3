/* SPDX-License-Identifier: MIT */
/* exec_container: one more program in a container that runs: `exec`. */
#ifndef ENGINE_EXEC_CONTAINER_H
#define ENGINE_EXEC_CONTAINER_H

#include "engine/store/record.h"

#include "runtime/explain.h"

#include "opt.h"

struct exec_options {
    bool detach, interactive, tty, privileged;
    const char *user, *workdir;
    const char *detach_keys; /* Docker's words, or NULL */
    struct opt_list env, env_file;
    int argc;
    char **argv; /* the program and its arguments, ending with NULL */
    struct explain explain;
};

/*
 * Returns the program's exit status, or 0 with `detach` once it runs. It is not the monitor's: its
 * output goes to us and into no log. Errors: "read escape sequence", where the person left it; the
 * container does not run, or is paused; ERR_NOT_FOUND and ERR_NOT_EXECUTABLE are about the program.
 */
int exec_container(const struct store *store, const struct record *record,
    const struct exec_options *options, struct err *err);

#endif
