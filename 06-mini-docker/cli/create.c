// SPDX-License-Identifier: MIT
/* create: a container that is not started yet; engine/create/create.c does the work. */
#include "commands.h"
#include "create_options.h"

#include "engine/create/create.h"

static int create_run(void *args, int argc, char **argv, struct err *err)
{
    struct create_options *options = args;
    struct created created = {0};
    struct store store;

    options->argc = argc;
    options->argv = argv;
    if (cli_store(&store, err) < 0)
        return -1;
    int result = create(&store, options, &created, err);
    if (result == 0)
        puts(created.record.id);
    created_free(&created);
    return result;
}

const struct command create_command = {
    .name = "create",
    .operands = "IMAGE [CMD] [ARG...]",
    .summary = "Create a new container",
    .details = "It prints the ID; `start` starts it. All options are run's, which --help of `run`\n"
               "says more about.",
    .least = 1,
    .opts = RUN_OPTS + RUN_ONLY,
    .args_size = sizeof(struct create_options),
    .run = create_run,
};
