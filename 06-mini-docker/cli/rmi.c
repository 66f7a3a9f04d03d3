// SPDX-License-Identifier: MIT
/* rmi and image rm: images that go. engine/images/image_remove.c has the rules. */
#include "each.h"
#include "image_commands.h"

#include "engine/images/image_remove.h"

#include <errno.h>

struct rmi_args {
    bool force, no_prune;
};

static const struct opt RMI_OPTS[] = {
    {'f', "force", NULL, "also where a container or a second name has it", OPT_FLAG,
        offsetof(struct rmi_args, force)},
    {0, "no-prune", NULL, "for Docker's sake: there are no parents to keep", OPT_FLAG,
        offsetof(struct rmi_args, no_prune)},
    {0},
};

static void say_untagged(void *arg, const char *name)
{
    (void)arg;
    printf("Untagged: %s\n", name);
}

static void say_deleted(void *arg, const char *digest)
{
    (void)arg;
    printf("Deleted: %s\n", digest);
}

static int rmi_run(void *values, int argc, char **argv, struct err *err)
{
    const struct rmi_args *args = values;
    struct image_removal removal = {
        .force = args->force, .untagged = say_untagged, .deleted = say_deleted};
    struct err failure;
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = image_remove(&store, argv[i], &removal, &failure);
        /* with -f it is said, but is no failure, that one is not there */
        if (result < 0 && args->force && failure.kind == ERR_REFUSED && failure.code == ENOENT)
            err_print(stderr, PROGRAM, &failure);
        else
            cli_tried(result, NULL, &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

#define RMI                                                                                        \
    .operands = "IMAGE [IMAGE...]", .summary = "Remove images", .mixed = true, .least = 1,         \
    .most = INT_MAX, .opts = RMI_OPTS, .args_size = sizeof(struct rmi_args), .run = rmi_run

const struct command rmi_command = {.name = "rmi", RMI};
const struct command image_rm_command = {.name = "rm", .aliases = "remove", RMI};
