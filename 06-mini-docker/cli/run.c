// SPDX-License-Identifier: MIT
/*
 * run: create, start, and unless -d stay. The words are Docker's; engine/create/create.c makes a
 * record of them, engine/life/start.c starts it, and engine/life/stay.c stays.
 */
#include "commands.h"
#include "create_options.h"

#include "engine/create/create.h"
#include "engine/life/start.h"
#include "engine/life/stay.h"

#include <strings.h>

static int run_detached(const struct store *store, const struct created *created, struct err *err)
{
    struct monitor_options options = {.explain = cli_explain()};
    int client;

    if (start_container(store, &created->record, &created->image, &options, &client, err) < 0)
        return -1;
    puts(created->record.id);
    return 0;
}

/* -a: only these; without it all. */
static bool attaches(const struct opt_list *chosen, const char *stream)
{
    bool found = chosen->count == 0;

    for (size_t i = 0; i < chosen->count; i++)
        found |= strcasecmp(chosen->items[i], stream) == 0;
    return found;
}

static int run_run(void *args, int argc, char **argv, struct err *err)
{
    struct create_options *options = args;
    struct created created = {0};
    struct store store;
    struct stay_options stay = {
        .interactive = options->interactive && attaches(&options->attach, "stdin"),
        .quiet = {[1] = !attaches(&options->attach, "stdout"),
            [2] = !attaches(&options->attach, "stderr")},
        .sig_proxy = !options->no_sig_proxy,
        .detach_keys = options->detach_keys,
    };

    options->argc = argc;
    options->argv = argv;
    globals.explain |= options->explain;
    stay.explain = cli_explain();
    /* from here on a signal is kept for the container, and ends nobody halfway */
    if (!options->detach && stay_prepare(&stay, options->tty, err) < 0)
        return -1;
    int result = cli_store(&store, err);
    if (result == 0)
        result = create(&store, options, &created, err);
    if (result == 0)
        result = options->detach ? run_detached(&store, &created, err)
                                 : stay_start(&store, &created.record, &created.image, &stay, err);
    created_free(&created);
    return result;
}

const struct command run_command = {
    .name = "run",
    .operands = "IMAGE [CMD] [ARG...]",
    .summary = "Run a program in a new container",
    .details =
        "Without -d it stays until the program ends, and its exit status is the program's. Where\n"
        "the first word is no image but a program of the built-in busybox, that image is meant.\n"
        "With --rootfs DIR there is no image, and the container works in DIR itself.\n"
        "\n"
        "As root, the container's root is the host's root without most of its rights. As an\n"
        "ordinary user, it is rootless by itself: a user namespace in which you are root, or with\n"
        "--user the user you name. Limits then need a group that was delegated to you.",
    .least = 1,
    .opts = RUN_OPTS,
    .args_size = sizeof(struct create_options),
    .run = run_run,
};
