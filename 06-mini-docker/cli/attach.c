// SPDX-License-Identifier: MIT
/* attach: stay with a container that runs already. */
#include "commands.h"

#include "engine/life/stay.h"

struct attach_args {
    bool no_stdin, no_sig_proxy;
    const char *detach_keys;
};

#define AT(field) offsetof(struct attach_args, field)

static const struct opt OPTS[] = {
    {0, "detach-keys", "KEYS", "the keys that end the attach: ctrl-p,ctrl-q", OPT_TEXT,
        AT(detach_keys)},
    {0, "no-stdin", NULL, "our standard input stays ours", OPT_FLAG, AT(no_stdin)},
    {0, "sig-proxy", NULL, "pass signals on to it; --sig-proxy=false: do not", OPT_FLAG_OFF,
        AT(no_sig_proxy)},
    {0},
};

static int attach_run(void *args, int argc, char **argv, struct err *err)
{
    const struct attach_args *words = args;
    struct stay_options options = {
        .sig_proxy = !words->no_sig_proxy,
        .detach_keys = words->detach_keys,
    };
    struct record record = {0};
    struct store store;

    (void)argc;
    int result = cli_store(&store, err);
    if (result == 0)
        result = record_lookup(&store, argv[0], &record, err);
    options.interactive = !words->no_stdin && record.config.open_stdin;
    if (result == 0)
        result = stay_attach(&store, &record, &options, err);
    record_free(&record);
    return result;
}

const struct command attach_command = {
    .name = "attach",
    .operands = "CONTAINER",
    .summary = "Stay with a running container: its output, and our keys",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct attach_args),
    .run = attach_run,
};
