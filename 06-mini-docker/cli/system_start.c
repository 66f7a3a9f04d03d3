// SPDX-License-Identifier: MIT
/* system start: what a boot script calls, in the place of a daemon. */
#include "each.h"
#include "show_commands.h"

#include "engine/life/start_policy.h"

static const struct opt OPTS[] = {{0}};

static void tell(const struct record *record, const struct err *failure, void *last)
{
    cli_tried(failure ? -1 : 0, record->name, failure, last);
}

static int start_run(void *args, int argc, char **argv, struct err *err)
{
    struct err last = {.kind = ERR_NONE};
    struct store store;

    (void)args;
    (void)argc;
    (void)argv;
    if (cli_store(&store, err) < 0 || start_policy(&store, tell, &last, err) < 0)
        return -1;
    *err = last;
    return last.kind == ERR_NONE ? 0 : -1;
}

const struct command system_start_command = {
    .name = "start",
    .summary = "Start the containers whose restart policy wants it, after a boot",
    .details =
        "Those with --restart always, and with unless-stopped those that were not stopped by\n"
        "hand. A script that runs at boot calls this, since there is no daemon.",
    .mixed = true,
    .opts = OPTS,
    .run = start_run,
};
