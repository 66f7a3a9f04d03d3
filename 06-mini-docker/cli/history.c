// SPDX-License-Identifier: MIT
/* history: the steps that an image was made in. */
#include "image_commands.h"

#include "engine/images/image_list.h"
#include "engine/show/table.h"

#include <json-c/json_object.h>
#include <stddef.h>

struct history_args {
    bool no_trunc, quiet, exact;
    const char *format;
};

#define AT(field) offsetof(struct history_args, field)

static const struct opt OPTS[] = {
    {0, "format", "FORMAT", "table, json, or a Go template", OPT_TEXT, AT(format)},
    {'H', "human", NULL, "sizes and dates for people; --human=false: exact ones", OPT_FLAG_OFF,
        AT(exact)},
    {0, "no-trunc", NULL, "whole IDs and commands", OPT_FLAG, AT(no_trunc)},
    {'q', "quiet", NULL, "only the IDs", OPT_FLAG, AT(quiet)},
    {0},
};

static const struct table_column COLUMNS[] = {{"Comment", "COMMENT"}, {"CreatedAt", "CREATED AT"},
    {"CreatedBy", "CREATED BY"}, {"CreatedSince", "CREATED"}, {"ID", "IMAGE"}, {"Size", "SIZE"},
    {0}};
/* [--human=false][--no-trunc] */
#define TABLE(when, by)                                                                            \
    {                                                                                              \
        COLUMNS, "{{.ID}}\t{{." when "}}\t{{" by "}}\t{{.Size}}\t{{.Comment}}", "{{.ID}}"          \
    }
static const struct table TABLES[2][2] = {
    {TABLE("CreatedSince", "truncate .CreatedBy 45"), TABLE("CreatedSince", ".CreatedBy")},
    {TABLE("CreatedAt", "truncate .CreatedBy 45"), TABLE("CreatedAt", ".CreatedBy")}};

static int history_run(void *values, int argc, char **argv, struct err *err)
{
    const struct history_args *args = values;
    struct json_object *steps = NULL;
    struct table_out out;
    struct store store;

    (void)argc;
    if (cli_store(&store, err) < 0 ||
        image_history(&store, argv[0], args->no_trunc, !args->exact, &steps, err) < 0)
        return -1;
    int result =
        table_begin(&out, &TABLES[args->exact][args->no_trunc], args->format, args->quiet, err);
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
