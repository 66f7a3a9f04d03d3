// SPDX-License-Identifier: MIT
/* tree: one picture of what a container is made of, from the kernel's own files. */
#include "show_commands.h"

#include "engine/network/network.h"
#include "engine/show/tree.h"

#include <errno.h>
#include <time.h>

struct tree_args {
    bool watch;
};

static const struct opt OPTS[] = {
    {'w', "watch", NULL, "draw it again each second, until Ctrl-C", OPT_FLAG,
        offsetof(struct tree_args, watch)},
    {0},
};

static int draw_once(struct picture *picture, struct tree *tree, struct err *err)
{
    struct status status;
    struct state state;
    struct err stopped;
    int result = 0;

    if (status_ask(tree->store, tree->record->id, &status, err) < 0)
        return -1;
    tree->status = &status;
    tree->state = NULL;
    if (measure_state(tree->store, tree->record->id, tree->record->name, &state, &stopped) == 0) {
        tree->state = &state;
        result = network_ask(tree->store, tree->record->id, &status, err);
    }
    if (result == 0)
        tree_draw(picture, tree);
    if (tree->state)
        state_close(&state);
    return result;
}

static int draw(const struct store *store, const struct record *record, bool watch, struct err *err)
{
    const struct timespec second = {.tv_sec = 1};
    struct tree tree = {.store = store, .record = record};
    struct picture picture;

    picture_init(&picture, stdout);
    for (;;) {
        if (watch && picture.color)
            fputs("\033[H\033[J", stdout); /* to the first line, and clear what is below */
        if (draw_once(&picture, &tree, err) < 0)
            return -1;
        fflush(stdout);
        if (!watch || !tree.state)
            return 0;
        tree.before = tree.now;
        nanosleep(&second, NULL);
    }
}

static int tree_run(void *args, int argc, char **argv, struct err *err)
{
    const struct tree_args *options = args;
    struct store store;
    struct record record;

    (void)argc;
    if (cli_store(&store, err) < 0)
        return -1;
    int result = record_lookup(&store, argv[0], &record, err);
    if (result == 0)
        result = draw(&store, &record, options->watch, err);
    record_free(&record);
    return result;
}

const struct command tree_command = {
    .name = "tree",
    .operands = "CONTAINER",
    .summary = "One picture of what a container is made of",
    .details =
        "Its namespaces, its group with live use, its layers and mounts, rights, network and\n"
        "processes, as the kernel has them now, with the lab that taught each.",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct tree_args),
    .run = tree_run,
};
