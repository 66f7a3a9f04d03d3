// SPDX-License-Identifier: MIT
/* rm: containers go; engine/life/removal.h does the work. */
#include "each.h"

#include "engine/life/removal.h"

#include <errno.h>
#include <limits.h>

struct rm_args {
    bool force, volumes, link;
};

#define AT(field) offsetof(struct rm_args, field)

static const struct opt OPTS[] = {
    {'f', "force", NULL, "also one that runs: it is ended; and one that is not there", OPT_FLAG,
        AT(force)},
    {'l', "link", NULL, NULL, OPT_FLAG, AT(link)}, /* known, to be refused */
    {'v', "volumes", NULL, "and its volumes without a name", OPT_FLAG, AT(volumes)},
    {0},
};

static int rm_run(void *args, int argc, char **argv, struct err *err)
{
    const struct rm_args *options = args;
    struct err failure;
    struct store store;

    if (options->link) {
        err_set(err, ERR_USAGE, "--link: mini-docker does not have this option of docker's");
        return err_hint(err, "links are of the time before networks with names -> mini-docker "
                             "network disconnect takes a container out of a network");
    }
    if (cli_store(&store, err) < 0)
        return -1;
    removal_finish(&store);
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = removal_word(&store, argv[i], options->force, options->volumes, &failure);
        if (result < 0 && options->force && failure.kind == ERR_REFUSED && failure.code == ENOENT) {
            fflush(stdout);
            err_print(stderr, PROGRAM, &failure); /* gone is what was wanted */
        } else {
            cli_tried(result, argv[i], &failure, err);
        }
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

const struct command rm_command = {
    .name = "rm",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Remove one or more containers",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct rm_args),
    .run = rm_run,
};
