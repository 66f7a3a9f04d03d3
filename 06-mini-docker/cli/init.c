// SPDX-License-Identifier: MIT
/*
 * init: PID 1 of a container that was started with `run --init`. The runtime executes mini-docker
 * again under this name, inside; nobody types it.
 */
#include "commands.h"

#include "runtime/init.h"

#include <unistd.h>

static const struct opt OPTS[] = {{0}};

static int init_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    if (getpid() != 1 || argc == 0) {
        err_set(err, ERR_USAGE, "init is for PID 1 of a container");
        return err_hint(err, "mini-docker starts it itself -> mini-docker run --init CMD");
    }
    return init_main(argv, err);
}

const struct command init_command = {
    .name = "init",
    .operands = "CMD [ARG...]",
    .summary = "PID 1 of a container: starts CMD, reaps orphans, passes signals on",
    .hidden = true,
    .opts = OPTS,
    .run = init_run,
};
