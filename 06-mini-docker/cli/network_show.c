// SPDX-License-Identifier: MIT
/* network ls and network inspect. */
#include "commands.h"

#include "engine/network/network_admin.h"
#include "engine/show/filter.h"
#include "engine/show/show.h"
#include "engine/show/table.h"

#include "cleanup.h"

#include <errno.h>
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
    struct table_out out;
};

static int is_wanted(const struct ls *ls, const struct network *n, struct json_object *labels,
    bool *ret, struct err *err)
{
    bool dangling;

    *ret =
        filters_match(&ls->filters, "name", n->name) && filters_match(&ls->filters, "id", n->id) &&
        filters_equal(&ls->filters, "driver", n->driver) &&
        filters_equal(&ls->filters, "scope", n->scope) &&
        filters_equal(&ls->filters, "type", network_is_builtin(n->name) ? "builtin" : "custom") &&
        filters_labels(&ls->filters, "label", labels);
    if (!filters_given(&ls->filters, "dangling"))
        return 0;
    if (filters_bool(&ls->filters, "dangling", true, &dangling, err) < 0)
        return -1;
    /* Docker counts the three that are always there as used */
    bool used = network_is_builtin(n->name) || network_members(&ls->leases, n) > 0;
    *ret = *ret && used != dangling;
    return 0;
}

/* "a=1,b=2" */
static struct json_object *labels_text(const struct network *n)
{
    cleanup_free char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    for (size_t i = 0; out && i < n->labels_count; i++)
        fprintf(out, "%s%s=%s", i ? "," : "", n->labels[i].key, n->labels[i].value);
    if (out)
        fclose(out);
    return json_object_new_string(text ? text : "");
}

static int ls_one(struct ls *ls, const struct network *n, struct err *err)
{
    struct json_object *labels = network_labels(n), *row = json_object_new_object();
    char id[STORE_ID + 1];
    bool wanted;

    snprintf(id, sizeof(id), "%.*s", ls->args->no_trunc ? STORE_ID : STORE_SHORT_ID, n->id);
    int status = is_wanted(ls, n, labels, &wanted, err);
    json_object_object_add(row, "CreatedAt", json_object_new_string(n->created ?: ""));
    json_object_object_add(row, "Driver", json_object_new_string(n->driver));
    json_object_object_add(row, "ID", json_object_new_string(id));
    json_object_object_add(row, "IPv4", json_object_new_string("true"));
    json_object_object_add(row, "IPv6", json_object_new_string("false"));
    json_object_object_add(row, "Internal", json_object_new_string(n->internal ? "true" : "false"));
    json_object_object_add(row, "Labels", labels_text(n));
    json_object_object_add(row, "Name", json_object_new_string(n->name));
    json_object_object_add(row, "Scope", json_object_new_string(n->scope));
    if (status == 0 && wanted)
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

struct inspect_args {
    const char *format;
    bool verbose;
};

static const struct opt INSPECT_OPTS[] = {
    {'f', "format", "TEMPLATE", "print this of each; json: a line each", OPT_TEXT,
        AT(inspect_args, format)},
    {'v', "verbose", NULL, "there is no more to say", OPT_FLAG, AT(inspect_args, verbose)},
    {0},
};

/* What is not there is said after the rest, as Docker does it. */
static int inspect_run(void *arg, int argc, char **argv, struct err *err)
{
    const struct inspect_args *args = arg;
    struct network_list list = {0};
    struct err missing = {0};
    struct store store;
    struct show show = {0};

    int status = cli_store(&store, err);
    if (status == 0)
        status = network_all(&store, &list, err); /* the three are there from now on */
    network_list_free(&list);
    if (status < 0 || show_begin(&show, args->format, err) < 0)
        return -1;
    for (int i = 0; i < argc && status == 0; i++) {
        struct network network = {0};
        if (network_find(&store, argv[i], &network, err) < 0) {
            missing = missing.kind ? missing : *err;
            network_free(&network);
            continue;
        }
        struct json_object *object = network_json(&store, &network, err);
        status = object ? show_one(&show, object, err) : -1;
        json_object_put(object);
        network_free(&network);
    }
    show_end(&show);
    if (status == 0 && missing.kind) {
        *err = missing;
        return -1;
    }
    return status;
}

const struct command network_inspect_command = {
    .name = "inspect",
    .operands = "NETWORK [NETWORK...]",
    .summary = "Show all about networks, as JSON",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = INSPECT_OPTS,
    .args_size = sizeof(struct inspect_args),
    .run = inspect_run,
};
