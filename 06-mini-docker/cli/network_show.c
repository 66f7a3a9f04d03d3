// SPDX-License-Identifier: MIT
/* network ls. */
#include "commands.h"

#include "engine/create/labels.h"
#include "engine/network/network_admin.h"
#include "engine/show/filter.h"
#include "engine/show/show.h"
#include "engine/show/table.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

#define AT(type, field) offsetof(struct type, field)

static const struct table_column COLUMNS[] = {
    {"CreatedAt", "CREATED AT"},
    {"Driver", "DRIVER"},
    {"ID", "NETWORK ID"},
    {"IPv4", "IPV4"},
    {"IPv6", "IPV6"},
    {"Internal", "INTERNAL"},
    {"Labels", "LABELS"},
    {"Name", "NAME"},
    {"Scope", "SCOPE"},
    {0},
};
static const struct table TABLE = {
    COLUMNS, "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}", "{{.ID}}"};

struct ls_args {
    struct opt_list filters;
    const char *format;
    bool quiet, no_trunc;
};

static const struct opt LS_OPTS[] = {
    {'f', "filter", "KEY=VALUE",
        "only those: dangling=BOOL, driver=, id=, label=KEY[=VALUE], name=, scope=, type=",
        OPT_LIST, AT(ls_args, filters)},
    {0, "format", "FORMAT", "table, json, 'table TEMPLATE' or TEMPLATE", OPT_TEXT,
        AT(ls_args, format)},
    {0, "no-trunc", NULL, "whole IDs", OPT_FLAG, AT(ls_args, no_trunc)},
    {'q', "quiet", NULL, "IDs only", OPT_FLAG, AT(ls_args, quiet)},
    {0},
};

struct ls {
    const struct ls_args *args;
    struct leases leases;
    struct filters filters;
    bool dangling; /* where they ask for that */
    struct table_out out;
};

static bool is_wanted(const struct ls *ls, const struct network *n, struct json_object *labels)
{
    bool wanted =
        filters_match(&ls->filters, "name", n->name) && filters_match(&ls->filters, "id", n->id) &&
        filters_equal(&ls->filters, "driver", n->driver) &&
        filters_equal(&ls->filters, "scope", n->scope) &&
        filters_equal(&ls->filters, "type", network_is_builtin(n->name) ? "builtin" : "custom") &&
        filters_labels(&ls->filters, "label", labels);
    if (!filters_given(&ls->filters, "dangling"))
        return wanted;
    /* Docker counts the three that are always there as used */
    bool used = network_is_builtin(n->name) || network_members(&ls->leases, n) > 0;
    return wanted && used != ls->dangling;
}

static int ls_one(struct ls *ls, const struct network *n, struct err *err)
{
    struct json_object *labels = labels_json(n->labels, n->labels_count);
    struct json_object *row = json_object_new_object();
    cleanup_free char *text = labels_text(n->labels, n->labels_count);
    char id[STORE_ID + 1];
    int status = 0;

    snprintf(id, sizeof(id), "%.*s", ls->args->no_trunc ? STORE_ID : STORE_SHORT_ID, n->id);
    char created[64] = "";
    const char *day_end = n->created ? strchr(n->created, 'T') : NULL;
    if (day_end) /* as Go prints a time: 2026-11-22 14:25:04.579584250 +0000 UTC */
        snprintf(created, sizeof(created), "%.*s %.*s +0000 UTC", (int)(day_end - n->created),
            n->created, (int)strcspn(day_end + 1, "Z"), day_end + 1);
    json_add_string(row, "CreatedAt", created);
    json_add_string(row, "Driver", n->driver);
    json_add_string(row, "ID", id);
    json_add_string(row, "IPv4", "true");
    json_add_string(row, "IPv6", "false");
    json_add_string(row, "Internal", n->internal ? "true" : "false");
    json_add_string(row, "Labels", text);
    json_add_string(row, "Name", n->name);
    json_add_string(row, "Scope", n->scope);
    if (is_wanted(ls, n, labels))
        status = table_row(&ls->out, row, labels, err);
    json_object_put(row);
    json_object_put(labels);
    return status;
}

static int ls_run(void *arg, int argc, char **argv, struct err *err)
{
    static const char *const keys[] = {
        "dangling", "driver", "id", "label", "name", "scope", "type", NULL};
    static const char *const types[] = {"builtin", "custom", NULL};
    struct ls ls = {.args = arg, .leases = {.lock = -1}};
    struct network_list list = {0};
    struct store store;

    (void)argc;
    (void)argv;
    int status = cli_store(&store, err);
    if (status == 0)
        status = filters_read(&ls.args->filters, keys, &ls.filters, err);
    if (status == 0)
        status = filters_check(&ls.filters, "type", types, err);
    if (status == 0)
        status = filters_bool(&ls.filters, "dangling", true, &ls.dangling, err);
    if (status == 0)
        status = network_all(&store, &list, err);
    if (status == 0)
        status = leases_open(&store, &ls.leases, err);
    if (status == 0)
        status = table_begin(&ls.out, &TABLE, ls.args->format, ls.args->quiet, err);
    for (size_t i = 0; i < list.count && status == 0; i++)
        status = ls_one(&ls, &list.items[i], err);
    if (ls.out.table && table_end(&ls.out, err) < 0)
        status = -1;
    leases_close(&ls.leases);
    network_list_free(&list);
    filters_free(&ls.filters);
    return status;
}

const struct command network_ls_command = {
    .name = "ls",
    .summary = "List networks",
    .aliases = "list",
    .mixed = true,
    .opts = LS_OPTS,
    .args_size = sizeof(struct ls_args),
    .run = ls_run,
};
