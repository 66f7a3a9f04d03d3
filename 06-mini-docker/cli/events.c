// SPDX-License-Identifier: MIT
/* events: what happens to containers, images, networks and volumes, as it happens. */
#include "commands.h"

#include "engine/show/events_file.h"
#include "engine/show/filter.h"
#include "engine/show/human.h"
#include "engine/show/table.h"

#include <string.h>
#include <time.h>

struct events_args {
    const char *since, *until, *format;
    struct opt_list filters;
};

#define AT(field) offsetof(struct events_args, field)

static const struct opt OPTS[] = {
    {'f', "filter", "KEY=VALUE", "only some: container, image, network, volume, event, type, label",
        OPT_LIST, AT(filters)},
    {0, "format", "TEMPLATE", "json, or a template: '{{.Type}} {{.Action}}'", OPT_TEXT, AT(format)},
    {0, "since", "TIME", "from then on: 10m ago, or 2026-11-22T03:00:00Z; else from now on",
        OPT_TEXT, AT(since)},
    {0, "until", "TIME", "up to then, and end", OPT_TEXT, AT(until)},
    {0},
};

static const char *const KEYS[] = {
    "container", "image", "network", "volume", "event", "type", "label", "scope", NULL};

struct showing {
    struct filters filters;
    struct table_out out;
    const char *format;
};

static const char *text(const struct json_object *object, const char *key)
{
    struct json_object *value;

    return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value) : "";
}

/* --filter container=X: its name, or the beginning of its ID; the other types alike. */
static bool is_named(const struct filters *filters, const char *type,
    const struct json_object *event, const struct json_object *attributes)
{
    struct json_object *actor = json_object_object_get(event, "Actor");
    const char *id = text(actor, "ID");
    bool given = false;

    for (size_t i = 0; i < filters->count; i++) {
        const struct filter *filter = &filters->items[i];
        if (strcmp(filter->key, type) != 0)
            continue;
        given = true;
        if (strcmp(text(event, "Type"), type) != 0)
            continue;
        if (filter->value[0] && (strncmp(id, filter->value, strlen(filter->value)) == 0 ||
                                    strcmp(text(attributes, "name"), filter->value) == 0))
            return true;
    }
    return !given;
}

/* An image's filter also chooses the containers that were made from it. */
static bool is_of_image(const struct filters *filters, const struct json_object *event,
    const struct json_object *attributes)
{
    if (is_named(filters, "image", event, attributes))
        return true;
    return strcmp(text(event, "Type"), "container") == 0 &&
           filters_equal(filters, "image", text(event, "from"));
}

static bool is_wanted(const struct filters *filters, const struct json_object *event)
{
    struct json_object *actor = json_object_object_get(event, "Actor");
    struct json_object *attributes = json_object_object_get(actor, "Attributes");
    char action[64];

    /* "exec_start: sh" is exec_start */
    snprintf(action, sizeof(action), "%.*s", (int)strcspn(text(event, "Action"), ":"),
        text(event, "Action"));
    return filters_equal(filters, "type", text(event, "Type")) &&
           filters_equal(filters, "scope", text(event, "scope")) &&
           (filters_equal(filters, "event", action) ||
               filters_equal(filters, "event", text(event, "Action"))) &&
           filters_labels(filters, "label", attributes) &&
           is_named(filters, "container", event, attributes) &&
           is_named(filters, "network", event, attributes) &&
           is_named(filters, "volume", event, attributes) &&
           is_of_image(filters, event, attributes);
}

/* 2026-11-22T07:05:58.949316034Z container start ID (image=busybox, name=web) */
static void print_line(const struct json_object *event)
{
    struct json_object *actor = json_object_object_get(event, "Actor");
    int64_t nsec = json_object_get_int64(json_object_object_get(event, "timeNano"));
    time_t seconds = nsec / 1000000000;
    struct tm tm;
    char date[24];

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    printf("%s.%09lldZ %s %s %s (", date, (long long)(nsec % 1000000000), text(event, "Type"),
        text(event, "Action"), text(actor, "ID"));
    format_print_pairs(stdout, json_object_object_get(actor, "Attributes"), "=", ", ");
    puts(")");
}

static int show(struct json_object *event, void *arg, struct err *err)
{
    struct showing *showing = arg;
    int result = 0;

    if (!is_wanted(&showing->filters, event))
        return 0;
    if (showing->format)
        result = table_row(&showing->out, event, NULL, err);
    else
        print_line(event);
    fflush(stdout);
    return result;
}

static int events_run(void *args, int argc, char **argv, struct err *err)
{
    static const struct table_column columns[] = {{0}};
    static const struct table table = {.columns = columns, .normal = ""};
    const struct events_args *options = args;
    struct timespec since, until;
    struct showing showing = {.format = options->format};
    struct store store;

    (void)argc;
    (void)argv;
    if ((options->since && human_parse_since("--since", options->since, &since, err) < 0) ||
        (options->until && human_parse_since("--until", options->until, &until, err) < 0) ||
        cli_store(&store, err) < 0)
        return -1;
    int result = filters_read(&options->filters, KEYS, &showing.filters, err);
    if (result == 0 && options->format)
        result = table_begin(&showing.out, &table, options->format, false, err);
    if (result == 0)
        result = events_each(&store, options->since ? &since : NULL, options->until ? &until : NULL,
            show, &showing, err);
    filters_free(&showing.filters);
    return table_end(&showing.out, err) < 0 ? -1 : result;
}

const struct command events_command = {
    .name = "events",
    .summary = "What happens, as it happens",
    .details = "Without --until it goes on until Ctrl-C. --until may be in the future.",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct events_args),
    .run = events_run,
};
