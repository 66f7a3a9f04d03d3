// SPDX-License-Identifier: MIT
/* rmi, image rm and image prune: images that go. engine/images/image_remove.c has the rules. */
#include "image_commands.h"

#include "engine/images/image_remove.h"
#include "engine/show/human.h"

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
    struct err failed = {0};
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    /* one that cannot go does not keep the others; the last error is the command's */
    for (int i = 0; i < argc; i++) {
        if (image_remove(&store, argv[i], &removal, err) == 0)
            continue;
        if (failed.kind != ERR_NONE)
            err_print(stderr, PROGRAM, &failed);
        failed = *err;
    }
    *err = failed;
    return failed.kind == ERR_NONE ? 0 : -1;
}

#define RMI                                                                                        \
    .operands = "IMAGE [IMAGE...]", .summary = "Remove images", .mixed = true, .least = 1,         \
    .most = INT_MAX, .opts = RMI_OPTS, .args_size = sizeof(struct rmi_args), .run = rmi_run

const struct command rmi_command = {.name = "rmi", RMI};
const struct command image_rm_command = {.name = "rm", .aliases = "remove", RMI};

struct prune_args {
    bool all, force;
};

static const struct opt PRUNE_OPTS[] = {
    {'a', "all", NULL, "all that no container has, not only those without a name", OPT_FLAG,
        offsetof(struct prune_args, all)},
    {'f', "force", NULL, "do not ask", OPT_FLAG, offsetof(struct prune_args, force)},
    {0},
};

struct prune_said {
    bool any;
};

static void say_pruned(struct prune_said *said, const char *what, const char *name)
{
    if (!said->any)
        printf("Deleted Images:\n");
    said->any = true;
    printf("%s: %s\n", what, name);
}

static void prune_untagged(void *arg, const char *name)
{
    say_pruned(arg, "untagged", name);
}

static void prune_deleted(void *arg, const char *digest)
{
    say_pruned(arg, "deleted", digest);
}

static int prune_run(void *values, int argc, char **argv, struct err *err)
{
    const struct prune_args *args = values;
    struct prune_said said = {0};
    struct image_removal removal = {
        .untagged = prune_untagged, .deleted = prune_deleted, .arg = &said};
    char size[HUMAN_TEXT];
    struct store store;

    (void)argc, (void)argv;
    if (!args->force &&
        !cli_confirm(args->all ? "This will remove all images without at least one container "
                                 "associated to them."
                               : "This will remove all dangling images."))
        return 0;
    if (cli_store(&store, err) < 0 || image_prune(&store, args->all, &removal, NULL, err) < 0)
        return -1;
    printf(
        "%sTotal reclaimed space: %s\n", said.any ? "\n" : "", human_size(removal.bytes, 4, size));
    return 0;
}

const struct command image_prune_command = {
    .name = "prune",
    .summary = "Remove images that have no name, or that nobody uses",
    .mixed = true,
    .opts = PRUNE_OPTS,
    .args_size = sizeof(struct prune_args),
    .run = prune_run,
};
