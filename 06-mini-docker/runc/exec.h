/* SPDX-License-Identifier: MIT */
/* exec: the words of `exec`, and the process that they describe. */
#ifndef RUNC_EXEC_H
#define RUNC_EXEC_H

#include "commands.h"

#include "runtime/config.h"
#include "runtime/state.h"

#include <sys/ioctl.h>

struct exec_args {
    const char *process, *console_socket, *pid_file, *cwd, *user, *apparmor;
    struct opt_list env, gids, caps, cgroups;
    bool detach, tty, no_new_privs, ignore_paused;
    uint64_t preserve_fds;
};

/* What the spec of the new process points at. */
struct exec_process {
    struct config container; /* the container's own: all but the process */
    struct config own;       /* of --process */
    struct spec spec;
    char **env;
    gid_t *gids;
    struct winsize size;
};

/*
 * Fill ret->spec: from the file of --process, or from the container's own process with what the
 * options change; argv is the program then. exec_process_free afterwards, also after an error.
 * Errors: ERR_USAGE, a value that is wrong, or --process together with what it has itself.
 */
int exec_process_read(const struct exec_args *args, const struct state *state, int argc,
    char **argv, struct exec_process *ret, struct err *err);

void exec_process_free(struct exec_process *process);

/*
 * --cgroup [CONTROLLER:]PATH: the group below the container's that the process is put into, for
 * this call. Errors: ERR_USAGE, a path that leads out, or a controller that has no group.
 */
int exec_choose_group(const struct opt_list *words, struct state *state, struct err *err);

#endif
