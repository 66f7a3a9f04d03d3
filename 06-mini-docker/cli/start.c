// SPDX-License-Identifier: MIT
/* start: containers that were created, or have ended, run (again); with -a we stay with one. */
#include "each.h"

#include "engine/life/start.h"
#include "engine/life/stay.h"

#include <errno.h>
#include <limits.h>

struct start_args {
    bool attach, interactive;
    const char *detach_keys;
};

#define AT(field) offsetof(struct start_args, field)

static const struct opt OPTS[] = {
    {'a', "attach", NULL, "stay: its output is ours, and its status", OPT_FLAG, AT(attach)},
    {'i', "interactive", NULL, "our standard input is the container's", OPT_FLAG, AT(interactive)},
    {0, "detach-keys", "KEYS", "the keys that end the attach: ctrl-p,ctrl-q", OPT_TEXT,
        AT(detach_keys)},
    {0},
};

static int start_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    struct monitor_options options = {.explain = cli_explain()};
    int client;

    (void)arg;
    return start_container(store, record, NULL, &options, &client, err);
}

static int start_and_stay(const struct start_args *args, const char *word, struct err *err)
{
    struct stay_options options = {
        .interactive = args->interactive,
        .sig_proxy = true,
        .detach_keys = args->detach_keys,
        .explain = cli_explain(),
    };
    struct record record = {0};
    struct store store;

    int result = cli_store(&store, err);
    if (result == 0)
        result = record_lookup(&store, word, &record, err);
    options.interactive &= record.config.open_stdin;
    if (result == 0)
        result = stay_prepare(&options, record.config.tty, err);
    if (result == 0)
        result = stay_start(&store, &record, NULL, &options, err);
    record_free(&record);
    return result;
}

static int start_run(void *args, int argc, char **argv, struct err *err)
{
    const struct start_args *options = args;

    if (!options->attach && !options->interactive)
        return cli_each(argc, argv, start_one, NULL, err);
    if (argc > 1)
        return err_refuse(err, EINVAL, "you cannot start and attach multiple containers at once");
    return start_and_stay(options, argv[0], err);
}

const struct command start_command = {
    .name = "start",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Start containers that were created or have ended",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct start_args),
    .run = start_run,
};
