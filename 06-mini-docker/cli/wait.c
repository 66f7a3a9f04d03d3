// SPDX-License-Identifier: MIT
/* wait: until containers have ended; their exit statuses are printed. */
#include "each.h"

#include "engine/life/control.h"

#include <limits.h>

static const struct opt OPTS[] = {{0}};

static int wait_run(void *args, int argc, char **argv, struct err *err)
{
    struct err failure;
    struct store store;
    char id[STORE_ID + 1];
    int status;

    (void)args;
    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = record_find(&store, argv[i], id, &failure);
        if (result == 0)
            result = control_wait(&store, id, &status, &failure);
        if (result == 0)
            printf("%d\n", status);
        cli_tried(result, NULL, &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

const struct command wait_command = {
    .name = "wait",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Wait until containers have ended, and print their exit statuses",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .run = wait_run,
};
