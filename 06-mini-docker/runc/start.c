// SPDX-License-Identifier: MIT
/* start: the held process of a created container becomes the program. */
#include "commands.h"

#include "log.h"

#include "runtime/life.h"

static const struct opt OPTS[] = {{0}};

static int start_run(void *args, int argc, char **argv, struct err *err)
{
    struct err warning = {.kind = ERR_NONE};
    char root[PATH_MAX];

    (void)args;
    (void)argc;
    if (globals_root(root, err) < 0 || life_start(root, argv[0], &warning, err) < 0)
        return -1;
    if (warning.kind != ERR_NONE)
        log_warning(&warning);
    return 0;
}

const struct command start_command = {
    .name = "start",
    .operands = "ID",
    .summary = "Run the program of a created container",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = start_run,
};
