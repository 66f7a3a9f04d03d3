// SPDX-License-Identifier: MIT
/* commit: an image of a container; engine/files/commit.c does the work. */
#include "commands.h"

#include "engine/files/commit.h"
#include "engine/show/events.h"

#include <string.h>

#define AT(field) offsetof(struct commit_args, field)

struct commit_args {
    struct opt_list changes;
    const char *message, *author;
    bool no_pause;
};

static const struct opt OPTS[] = {
    {'a', "author", "TEXT", "who made it: 'Name <name@example.org>'", OPT_TEXT, AT(author)},
    {'c', "change", "INSTRUCTION", "one of a Dockerfile, for the configuration: 'CMD [\"sh\"]'",
        OPT_LIST, AT(changes)},
    {'m', "message", "TEXT", "what history says of it", OPT_TEXT, AT(message)},
    {'p', "pause", NULL, "pause the container meanwhile; --pause=false: do not", OPT_FLAG_OFF,
        AT(no_pause)},
    {0},
};

static int commit_run(void *values, int argc, char **argv, struct err *err)
{
    const struct commit_args *args = values;
    const struct commit_options options = {.name = argc > 1 ? argv[1] : NULL,
        .message = args->message,
        .author = args->author,
        .changes = args->changes,
        .run_on = args->no_pause};
    char id[DIGEST_TEXT];
    struct record record;
    struct store store;

    if (cli_store(&store, err) < 0 || record_lookup(&store, argv[0], &record, err) < 0)
        return -1;
    int result = commit(&store, &record, &options, id, err);
    if (result == 0) {
        event_container(&store, &record, "commit", NULL);
        puts(id);
    }
    record_free(&record);
    return result;
}

const struct command commit_command = {
    .name = "commit",
    .operands = "CONTAINER [REPOSITORY[:TAG]]",
    .summary = "Make an image of what a container has become",
    .details = "Volumes are no part of it.",
    .mixed = true,
    .least = 1,
    .most = 2,
    .opts = OPTS,
    .args_size = sizeof(struct commit_args),
    .run = commit_run,
};
