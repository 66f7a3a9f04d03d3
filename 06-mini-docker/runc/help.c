// SPDX-License-Identifier: MIT
/* help: what there is, or all about one command. */
#include "commands.h"

static const struct opt OPTS[] = {{0}};

static int help_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    return command_help(&PROGRAM_TABLE, argc > 0 ? argv[0] : NULL, err);
}

const struct command help_command = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "What there is, or all about one command",
    .mixed = true,
    .most = 1,
    .opts = OPTS,
    .run = help_run,
};
