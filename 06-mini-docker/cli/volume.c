// SPDX-License-Identifier: MIT
/* volume create and rm. What shows volumes is in volume_show.c. */
#include "each.h"
#include "prune.h"

#include "engine/create/labels.h"
#include "engine/files/volume.h"

#include <errno.h>
#include <string.h>

#define AT(type, field) offsetof(struct type, field)

struct create_args {
    const char *driver, *name;
    struct opt_list labels, options;
};

static const struct opt CREATE_OPTS[] = {
    {'d', "driver", "DRIVER", "only `local` there is", OPT_TEXT, AT(create_args, driver)},
    {0, "label", "KEY=VALUE", "say something of it, for filters", OPT_LIST,
        AT(create_args, labels)},
    {0, "name", "NAME", "the same as the operand", OPT_TEXT, AT(create_args, name)},
    {'o', "opt", "KEY=VALUE", "of the driver; `local` knows none here", OPT_LIST,
        AT(create_args, options)},
    {0},
};

/* `word`: the name as an operand, or NULL. */
static int check_create(const struct create_args *args, const char *word, struct err *err)
{
    const char *name = word ?: args->name;

    if (args->name && word)
        return err_refuse(err, EINVAL,
            "conflicting options: either specify --name or provide "
            "positional arg, not both");
    if (args->driver && strcmp(args->driver, "local") != 0) {
        err_refuse(err, EINVAL, "create %s: Error looking up volume plugin %s: plugin not found",
            name ?: "a volume", args->driver);
        return err_hint(err, "there is only the driver `local` -> leave --driver out");
    }
    if (args->options.count > 0) {
        err_refuse(err, EINVAL, "create: invalid option: \"%s\"", args->options.items[0]);
        return err_hint(err, "a volume is a directory here -> to use another file system, mount it "
                             "and bind it with -v");
    }
    return 0;
}

static int create_run(void *arg, int argc, char **argv, struct err *err)
{
    struct create_args *args = arg;
    const struct spec_pair anonymous = {VOLUME_ANONYMOUS, ""};
    const char *name = argc > 0 ? argv[0] : args->name;
    struct labels labels = {0};
    struct store store;
    char id[STORE_ID + 1];

    if (check_create(args, argc > 0 ? argv[0] : NULL, err) < 0 || cli_store(&store, err) < 0 ||
        labels_read(&args->labels, &labels, err) < 0)
        return -1;
    int result = 0;
    if (!name || !name[0]) {
        name = id;
        result = store_new_id(id, err) < 0 ? -1 : labels_add(&labels, &anonymous, err);
    }
    if (result == 0)
        result = volume_create(&store, name, labels.items, labels.count, err);
    labels_free(&labels);
    if (result == 0)
        puts(name);
    return result;
}

static const struct command volume_create_command = {
    .name = "create",
    .operands = "[VOLUME]",
    .summary = "Make a volume",
    .details = "Without a name it gets one of 64 hex digits. One that is there already stays as "
               "it is.",
    .mixed = true,
    .most = 1,
    .opts = CREATE_OPTS,
    .args_size = sizeof(struct create_args),
    .run = create_run,
};

struct remove_args {
    bool force;
};

static const struct opt REMOVE_OPTS[] = {
    {'f', "force", NULL, "one that is not there is no error", OPT_FLAG, AT(remove_args, force)},
    {0},
};

static int remove_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct remove_args *args = arg;
    struct err failure;
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        int result = volume_remove(&store, argv[i], &failure);
        if (result < 0 && args->force && failure.code == ENOENT)
            result = 0;
        cli_tried(result, argv[i], &failure, err);
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

static const struct command volume_rm_command = {
    .name = "rm",
    .operands = "VOLUME [VOLUME...]",
    .summary = "Remove volumes with all that is in them",
    .details = "One that a container has, running or not, is not removed.",
    .aliases = "remove",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = REMOVE_OPTS,
    .args_size = sizeof(struct remove_args),
    .run = remove_run,
};

static const struct command *const VOLUME[] = {
    &volume_create_command,
    &volume_inspect_command,
    &volume_ls_command,
    &volume_prune_command,
    &volume_rm_command,
    NULL,
};

const struct command volume_group = {
    .name = "volume",
    .summary = "Manage volumes",
    .group = VOLUME,
};
