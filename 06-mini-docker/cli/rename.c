// SPDX-License-Identifier: MIT
/* rename: another name for a container. */
#include "commands.h"

#include "engine/life/change.h"

static const struct opt OPTS[] = {{0}};

static int rename_run(void *args, int argc, char **argv, struct err *err)
{
    struct store store;

    (void)args;
    (void)argc;
    return cli_store(&store, err) < 0 ? -1 : change_name(&store, argv[0], argv[1], err);
}

const struct command rename_command = {
    .name = "rename",
    .operands = "CONTAINER NEW_NAME",
    .summary = "Rename a container",
    .mixed = true,
    .least = 2,
    .most = 2,
    .opts = OPTS,
    .run = rename_run,
};
