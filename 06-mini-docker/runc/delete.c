// SPDX-License-Identifier: MIT
/* delete: nothing of a container is left. */
#include "commands.h"

#include "log.h"

#include "runtime/life.h"

struct delete_args {
    bool force;
};

static const struct opt OPTS[] = {
    {'f', "force", NULL, "kill what still runs; one that is not there is no error", OPT_FLAG,
        offsetof(struct delete_args, force)},
    {0},
};

/* All are tried, whatever becomes of the others; the last error is the command's. */
static int delete_run(void *args, int argc, char **argv, struct err *err)
{
    const struct delete_args *options = args;
    struct err warning, failure;
    char root[PATH_MAX];

    if (globals_root(root, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        warning = (struct err){.kind = ERR_NONE};
        int one = life_delete(root, argv[i], options->force, &warning, &failure);
        if (warning.kind != ERR_NONE)
            log_warning(&warning);
        if (one == 0)
            continue;
        if (err->kind != ERR_NONE)
            log_error(err);
        *err = failure;
    }
    return err->kind != ERR_NONE ? -1 : 0;
}

const struct command delete_command = {
    .name = "delete",
    .operands = "ID [ID...]",
    .summary = "Remove a container that has stopped, or was never started",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct delete_args),
    .run = delete_run,
};
