// SPDX-License-Identifier: MIT
/* volume ls. */
#include "commands.h"

#include "engine/create/labels.h"
#include "engine/files/volume.h"
#include "engine/show/filter.h"
#include "engine/show/show.h"
#include "engine/show/table.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

#define AT(type, field) offsetof(struct type, field)

static const struct table_column COLUMNS[] = {
    {"Availability", "AVAILABILITY"},
    {"Driver", "DRIVER"},
    {"Group", "GROUP"},
    {"Labels", "LABELS"},
    {"Links", "LINKS"},
    {"Mountpoint", "MOUNTPOINT"},
    {"Name", "VOLUME NAME"},
    {"Scope", "SCOPE"},
    {"Size", "SIZE"},
    {"Status", "STATUS"},
    {0},
};
static const struct table TABLE = {COLUMNS, "{{.Driver}}\t{{.Name}}", "{{.Name}}"};

struct ls_args {
    struct opt_list filters;
    const char *format;
    bool quiet;
};

static const struct opt LS_OPTS[] = {
    {'f', "filter", "KEY=VALUE", "only those: dangling=BOOL, driver=, label=KEY[=VALUE], name=",
        OPT_LIST, AT(ls_args, filters)},
    {0, "format", "FORMAT", "table, json, 'table TEMPLATE' or TEMPLATE", OPT_TEXT,
        AT(ls_args, format)},
    {'q', "quiet", NULL, "names only", OPT_FLAG, AT(ls_args, quiet)},
    {0},
};

struct ls {
    const struct store *store;
    struct filters filters;
    bool dangling;
    struct table_out out;
};

/* dangling=true: no container has it. Asked last, since it means to read all containers. */
static int is_wanted(const struct ls *ls, const struct volume *volume,
    const struct json_object *labels, bool *ret, struct err *err)
{
    char users[256];
    size_t used;

    *ret = filters_match(&ls->filters, "name", volume->name) &&
           filters_equal(&ls->filters, "driver", volume->driver) &&
           filters_labels(&ls->filters, "label", labels);
    if (!*ret || !filters_given(&ls->filters, "dangling"))
        return 0;
    if (volume_users(ls->store, volume->name, &used, users, err) < 0)
        return -1;
    *ret = used != ls->dangling;
    return 0;
}

static int ls_one(const struct volume *volume, void *arg, struct err *err)
{
    struct ls *ls = arg;
    struct json_object *labels = labels_json(volume->labels, volume->labels_count);
    struct json_object *row = json_object_new_object();
    cleanup_free char *text = labels_text(volume->labels, volume->labels_count);
    bool wanted;

    int result = is_wanted(ls, volume, labels, &wanted, err);
    for (const struct table_column *column = COLUMNS; column->key; column++)
        json_add_string(row, column->key, "N/A");
    json_add_string(row, "Driver", volume->driver);
    json_add_string(row, "Labels", text);
    json_add_string(row, "Mountpoint", volume->mountpoint);
    json_add_string(row, "Name", volume->name);
    json_add_string(row, "Scope", volume->scope);
    if (result == 0 && wanted)
        result = table_row(&ls->out, row, labels, err);
    json_object_put(row);
    json_object_put(labels);
    return result;
}

static int ls_run(void *arg, int argc, char **argv, struct err *err)
{
    static const char *const keys[] = {"dangling", "driver", "label", "name", NULL};
    const struct ls_args *args = arg;
    struct store store;
    struct ls ls = {.store = &store};

    (void)argc;
    (void)argv;
    int result = cli_store(&store, err);
    if (result == 0)
        result = filters_read(&args->filters, keys, &ls.filters, err);
    if (result == 0)
        result = filters_bool(&ls.filters, "dangling", true, &ls.dangling, err);
    if (result == 0)
        result = table_begin(&ls.out, &TABLE, args->format, args->quiet, err);
    if (result == 0)
        result = volume_each(&store, ls_one, &ls, err);
    if (ls.out.table && table_end(&ls.out, err) < 0)
        result = -1;
    filters_free(&ls.filters);
    return result;
}

const struct command volume_ls_command = {
    .name = "ls",
    .summary = "List volumes",
    .aliases = "list",
    .mixed = true,
    .opts = LS_OPTS,
    .args_size = sizeof(struct ls_args),
    .run = ls_run,
};
