// SPDX-License-Identifier: MIT
/* diff and export: what a container has changed, and all that it has. */
#include "commands.h"

#include "engine/files/diff.h"
#include "engine/files/export.h"
#include "engine/show/events.h"

static const struct opt DIFF_OPTS[] = {{0}};

static int diff_run(void *args, int argc, char **argv, struct err *err)
{
    struct record record;
    struct store store;

    (void)args;
    (void)argc;
    if (cli_store(&store, err) < 0 || record_lookup(&store, argv[0], &record, err) < 0)
        return -1;
    int result = diff_print(&store, &record, err);
    record_free(&record);
    return result;
}

const struct command diff_command = {
    .name = "diff",
    .operands = "CONTAINER",
    .summary = "Show which files a container has added (A), changed (C) and deleted (D)",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = DIFF_OPTS,
    .run = diff_run,
};

struct export_args {
    const char *output;
};

static const struct opt EXPORT_OPTS[] = {
    {'o', "output", "FILE", "where to; else standard output", OPT_TEXT,
        offsetof(struct export_args, output)},
    {0},
};

struct export_job {
    const struct store *store;
    const struct record *record;
};

static int write_root(int fd, const char *name, void *arg, struct err *err)
{
    const struct export_job *job = arg;

    (void)name;
    return export_write(job->store, job->record, fd, err);
}

static int export_run(void *values, int argc, char **argv, struct err *err)
{
    const struct export_args *args = values;
    struct record record;
    struct store store;

    (void)argc;
    if (cli_store(&store, err) < 0 || record_lookup(&store, argv[0], &record, err) < 0)
        return -1;
    int result = cli_output(args->output, write_root, &(struct export_job){&store, &record}, err);
    if (result == 0)
        event_container(&store, &record, "export", NULL);
    record_free(&record);
    return result;
}

const struct command export_command = {
    .name = "export",
    .operands = "CONTAINER",
    .summary = "Write all files of a container as a tar archive",
    .details = "Without what is mounted in it: volumes are not exported.",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = EXPORT_OPTS,
    .args_size = sizeof(struct export_args),
    .run = export_run,
};
