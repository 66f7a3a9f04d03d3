// SPDX-License-Identifier: MIT
/* update: other limits for containers, at once for those that run (engine/life/change.c). */
#include "create_options.h"
#include "each.h"

#include "engine/life/change.h"

#include <errno.h>
#include <limits.h>

static const struct opt OPTS[] = {CREATE_LIMITS, CREATE_RESTART, {0}};

static bool any_given(const struct create_options *options)
{
    for (const struct opt *row = OPTS; row->name; row++) {
        if (*(const char *const *)((const char *)options + row->offset))
            return true;
    }
    return false;
}

static int update_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    return change_limits(store, record->id, arg, err);
}

static int update_run(void *args, int argc, char **argv, struct err *err)
{
    if (!any_given(args))
        return err_refuse(
            err, EINVAL, "You must provide one or more flags when using this command.");
    return cli_each(argc, argv, update_one, args, err);
}

const struct command update_command = {
    .name = "update",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Change the limits of containers",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct create_options),
    .run = update_run,
};
