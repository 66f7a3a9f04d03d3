// SPDX-License-Identifier: MIT
/* rm: containers go, with all that is their own. */
#include "commands.h"

#include "engine/removal.h"
#include "engine/status.h"

#include "cleanup.h"

#include <errno.h>
#include <limits.h>

struct rm_args {
    bool force, volumes;
};

#define AT(field) offsetof(struct rm_args, field)

static const struct opt OPTS[] = {
    {'f', "force", NULL, "end it first, if it runs", OPT_FLAG, AT(force)},
    {'v', "volumes", NULL, "its anonymous volumes too", OPT_FLAG, AT(volumes)},
    {0},
};

static int check(const struct status *status, const struct record *record, struct err *err)
{
    if (status->kind == STATUS_PAUSED)
        return err_refuse(err, EBUSY,
            "You cannot remove a paused container %s. Unpause and then stop the container before "
            "attempting removal or force remove",
            record->id);
    if (status->kind == STATUS_RUNNING || status->kind == STATUS_RESTARTING)
        return err_refuse(err, EBUSY,
            "You cannot remove a %s container %s. Stop the container before attempting removal or "
            "force remove",
            status_name(status->kind), record->id);
    return 0;
}

static int remove_one(
    const struct store *store, const char *word, const struct rm_args *args, struct err *err)
{
    struct record record = {0};
    cleanup_close int lock = -1;
    struct status status;
    int result = record_lookup(store, word, &record, err);

    if (result == 0)
        result = record_lock(store, record.id, &lock, err);
    if (result == 0 && !args->force) {
        result = status_ask(store, record.id, &status, err);
        if (result == 0)
            result = check(&status, &record, err);
    }
    if (result == 0)
        result = removal(store, &record, args->volumes || record.host.auto_remove, err);
    record_free(&record);
    return result;
}

static int rm_run(void *args, int argc, char **argv, struct err *err)
{
    struct err failure;
    struct store store;

    if (cli_store(&store, err) < 0)
        return -1;
    removal_finish(&store);
    *err = (struct err){.kind = ERR_NONE};
    for (int i = 0; i < argc; i++) {
        if (remove_one(&store, argv[i], args, &failure) == 0) {
            puts(argv[i]);
            continue;
        }
        if (err->kind != ERR_NONE)
            err_print(stderr, PROGRAM, err);
        *err = failure;
    }
    return err->kind == ERR_NONE ? 0 : -1;
}

const struct command rm_command = {
    .name = "rm",
    .operands = "CONTAINER [CONTAINER...]",
    .summary = "Remove containers",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct rm_args),
    .run = rm_run,
};
