// SPDX-License-Identifier: MIT
/* ps: the containers there are; `container ls` is another name for it. */
#include "show_commands.h"

#include "engine/create/labels.h"
#include "engine/show/list.h"
#include "engine/show/table.h"

#include "size.h"

#include <json-c/json_object.h>
#include <string.h>

struct ps_args {
    bool all, quiet, latest, no_trunc, size;
    const char *last, *format;
    struct opt_list filters;
};

#define AT(field) offsetof(struct ps_args, field)

static const struct opt OPTS[] = {
    {'a', "all", NULL, "those, too, that do not run", OPT_FLAG, AT(all)},
    {'f', "filter", "KEY=VALUE", "only some: name=web, status=exited, label=a=b, ...", OPT_LIST,
        AT(filters)},
    {0, "format", "TEMPLATE", "table, json, 'table TEMPLATE' or a template: '{{.Names}}'", OPT_TEXT,
        AT(format)},
    {'n', "last", "N", "the N newest, whatever their state; -1: as without", OPT_TEXT, AT(last)},
    {'l', "latest", NULL, "the newest, whatever its state", OPT_FLAG, AT(latest)},
    {0, "no-trunc", NULL, "IDs and commands at full length", OPT_FLAG, AT(no_trunc)},
    {'q', "quiet", NULL, "only the IDs", OPT_FLAG, AT(quiet)},
    {'s', "size", NULL, "how much each has changed, and that with its image", OPT_FLAG, AT(size)},
    {0},
};

static const struct table_column COLUMNS[] = {{"Command", "COMMAND"}, {"CreatedAt", "CREATED AT"},
    {"ID", "CONTAINER ID"}, {"Image", "IMAGE"}, {"Labels", "LABELS"},
    {"LocalVolumes", "LOCAL VOLUMES"}, {"Mounts", "MOUNTS"}, {"Names", "NAMES"},
    {"Networks", "NETWORKS"}, {"Ports", "PORTS"}, {"RunningFor", "CREATED"}, {"Size", "SIZE"},
    {"State", "STATE"}, {"Status", "STATUS"}, {0}};

#define NORMAL                                                                                     \
    "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"

static const struct table TABLE = {COLUMNS, NORMAL, "{{.ID}}"};
static const struct table SIZE_TABLE = {COLUMNS, NORMAL "\t{{.Size}}", "{{.ID}}"};

struct showing {
    struct store store;
    struct table_out out;
    struct list_row_options row;
};

static int show(const struct list_item *item, void *arg, struct err *err)
{
    struct showing *showing = arg;
    struct json_object *row = list_row(&showing->store, item, &showing->row);
    struct json_object *labels =
        labels_json(item->record.config.labels, item->record.config.labels_count);
    int result = table_row(&showing->out, row, labels, err);

    json_object_put(row);
    json_object_put(labels);
    return result;
}

/* As with docker, 0 and less choose nothing. */
static int read_last(const char *text, uint64_t *ret, struct err *err)
{
    bool negative = text && text[0] == '-';
    uint64_t last = 0;

    if (text && size_parse_u64("--last", text + negative, 0, INT32_MAX, &last, err) < 0)
        return -1;
    *ret = negative ? 0 : last;
    return 0;
}

static int print(const struct ps_args *options, struct showing *showing, struct filters *filters,
    struct err *err)
{
    const struct table *table = options->size ? &SIZE_TABLE : &TABLE;
    struct list_options list = {
        .all = options->all,
        /* a template, and a size, may want anything */
        .part = options->format || options->size ? LIST_RECORD
                : options->quiet                 ? LIST_ID
                                                 : LIST_BRIEF,
        .filters = filters,
    };

    if (read_last(options->last, &list.last, err) < 0 || cli_store(&showing->store, err) < 0 ||
        filters_read(&options->filters, list_filters, filters, err) < 0 ||
        list_check(filters, err) < 0 ||
        table_begin(&showing->out, table, options->format, options->quiet, err) < 0)
        return -1;
    if (options->latest)
        list.last = 1;
    showing->row.no_trunc = options->no_trunc;
    showing->row.sizes = options->size || (showing->out.format && options->format &&
                                              format_names(showing->out.format, "Size"));
    /* a template with a mistake is told all names that it could have */
    showing->row.columns = options->format ? LIST_ALL : list_columns(&showing->out);
    return list_each(&showing->store, &list, show, showing, err);
}

static int ps_run(void *args, int argc, char **argv, struct err *err)
{
    struct showing showing = {0};
    struct filters filters = {0};

    (void)argc;
    (void)argv;
    int result = print(args, &showing, &filters, err);
    filters_free(&filters);
    return table_end(&showing.out, err) < 0 ? -1 : result;
}

#define ROW                                                                                        \
    .summary = "The containers there are", .mixed = true, .opts = OPTS,                            \
    .args_size = sizeof(struct ps_args), .run = ps_run,                                            \
    .details = "The filters are ancestor, before, exited, expose, health, id, label, name, "       \
               "network,\npublish, since, status and volume. The fields of a template are the "    \
               "keys of --format json."

const struct command ps_command = {.name = "ps", ROW};
const struct command container_ls_command = {.name = "ls", .aliases = "list ps", ROW};
