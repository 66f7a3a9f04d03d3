// SPDX-License-Identifier: MIT
/* history: the steps that an image was made in. */
#include "image_commands.h"

#include "engine/images/image_list.h"
#include "engine/show/table.h"

#include <json-c/json_object.h>
#include <stddef.h>

struct history_args {
    bool no_trunc, quiet, human;
    const char *format;
};

#define AT(field) offsetof(struct history_args, field)

static const struct opt OPTS[] = {
    {0, "format", "FORMAT", "table, json, or a Go template", OPT_TEXT, AT(format)},
    {'H', "human", NULL, "sizes and dates for people; they always are", OPT_FLAG, AT(human)},
    {0, "no-trunc", NULL, "whole IDs and commands", OPT_FLAG, AT(no_trunc)},
    {'q', "quiet", NULL, "only the IDs", OPT_FLAG, AT(quiet)},
    {0},
};

static const struct table_column COLUMNS[] = {{"Comment", "COMMENT"}, {"CreatedAt", "CREATED AT"},
    {"CreatedBy", "CREATED BY"}, {"CreatedSince", "CREATED"}, {"ID", "IMAGE"}, {"Size", "SIZE"},
    {0}};
static const struct table WHOLE = {
    COLUMNS, "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}", "{{.ID}}"};
static const struct table SHORT = {COLUMNS,
    "{{.ID}}\t{{.CreatedSince}}\t{{truncate .CreatedBy 45}}\t{{.Size}}\t{{.Comment}}", "{{.ID}}"};

static int history_run(void *values, int argc, char **argv, struct err *err)
{
    const struct history_args *args = values;
    struct json_object *steps = NULL;
    struct table_out out;
    struct store store;

    (void)argc;
    if (cli_store(&store, err) < 0 ||
        image_history(&store, argv[0], args->no_trunc, true, &steps, err) < 0)
        return -1;
    int result =
        table_begin(&out, args->no_trunc ? &WHOLE : &SHORT, args->format, args->quiet, err);
    for (size_t i = 0; result == 0 && i < json_object_array_length(steps); i++)
        result = table_row(&out, json_object_array_get_idx(steps, i), NULL, err);
    if (table_end(&out, err) < 0)
        result = -1;
    json_object_put(steps);
    return result;
}

const struct command history_command = {
    .name = "history",
    .operands = "IMAGE",
    .summary = "Show the steps that an image was made in",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct history_args),
    .run = history_run,
};
