// SPDX-License-Identifier: MIT
/* kill: a signal to the container's first process, or to all that are in its groups. */
#include "commands.h"

#include "runtime/life.h"

#include "signals.h"

struct kill_args {
    bool all;
};

static const struct opt OPTS[] = {
    {'a', "all", NULL, "to every process of the container", OPT_FLAG,
        offsetof(struct kill_args, all)},
    {0},
};

static int kill_run(void *args, int argc, char **argv, struct err *err)
{
    const struct kill_args *options = args;
    char root[PATH_MAX];
    int signal;

    if (signals_number(argc > 1 ? argv[1] : "TERM", &signal, err) < 0 ||
        globals_root(root, err) < 0)
        return -1;
    return life_kill(root, argv[0], signal, options->all, err);
}

const struct command kill_command = {
    .name = "kill",
    .operands = "ID [SIGNAL]",
    .summary = "Send a signal (TERM) to a container",
    .details =
        "SIGNAL is a number or a name, with or without SIG. PID 1 gets no signal that it has no\n"
        "handler for, except KILL and STOP.",
    .mixed = true,
    .least = 1,
    .most = 2,
    .opts = OPTS,
    .args_size = sizeof(struct kill_args),
    .run = kill_run,
};
