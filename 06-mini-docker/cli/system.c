// SPDX-License-Identifier: MIT
/* system: the engine as a whole: the room that it takes, what it is, what happens. */
#include "prune.h"
#include "show_commands.h"

#include "engine/show/df.h"
#include "engine/show/human.h"
#include "engine/show/table.h"

#include <inttypes.h>

struct df_args {
    const char *format;
};

static const struct opt DF_OPTS[] = {
    {0, "format", "TEMPLATE", "table, json, 'table TEMPLATE' or a template", OPT_TEXT,
        offsetof(struct df_args, format)},
    {0},
};

static const struct table_column COLUMNS[] = {{"Active", "ACTIVE"}, {"Reclaimable", "RECLAIMABLE"},
    {"Size", "SIZE"}, {"TotalCount", "TOTAL"}, {"Type", "TYPE"}, {0}};

static const struct table TABLE = {
    COLUMNS, "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}", "{{.Type}}"};

static void set(struct json_object *row, const char *key, const char *text)
{
    json_object_object_add(row, key, json_object_new_string(text));
}

static struct json_object *row_of(const struct df_kind *kind)
{
    struct json_object *row = json_object_new_object();
    char text[80], size[HUMAN_TEXT];

    snprintf(text, sizeof(text), "%zu", kind->active);
    set(row, "Active", text);
    human_size(kind->reclaimable_bytes, 4, size);
    if (kind->bytes > 0)
        snprintf(text, sizeof(text), "%s (%" PRIu64 "%%)", size,
            kind->reclaimable_bytes * 100 / kind->bytes);
    set(row, "Reclaimable", kind->bytes > 0 ? text : size);
    set(row, "Size", human_size(kind->bytes, 4, size));
    snprintf(text, sizeof(text), "%zu", kind->total);
    set(row, "TotalCount", text);
    set(row, "Type", kind->name);
    return row;
}

static int df_run(void *args, int argc, char **argv, struct err *err)
{
    const struct df_args *options = args;
    struct df_kind kinds[DF_KINDS];
    struct table_out out;
    struct store store;

    (void)argc;
    (void)argv;
    if (cli_store(&store, err) < 0 || df_read(&store, kinds, err) < 0)
        return -1;
    int result = table_begin(&out, &TABLE, options->format, false, err);
    for (int i = 0; result == 0 && i < DF_KINDS; i++) {
        struct json_object *row = row_of(&kinds[i]);
        result = table_row(&out, row, NULL, err);
        json_object_put(row);
    }
    return table_end(&out, err) < 0 ? -1 : result;
}

static const struct command df_command = {
    .name = "df",
    .summary = "How much room images, containers and volumes take",
    .details = "Reclaimable is what nobody uses: stopped containers, images and volumes without a\n"
               "container.",
    .mixed = true,
    .opts = DF_OPTS,
    .args_size = sizeof(struct df_args),
    .run = df_run,
};

static const struct command *const SYSTEM[] = {
    &df_command,
    &events_command,
    &info_command,
    &system_prune_command,
    NULL,
};

const struct command system_group = {
    .name = "system",
    .summary = "Manage the engine as a whole",
    .group = SYSTEM,
};
