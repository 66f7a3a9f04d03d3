// SPDX-License-Identifier: MIT
/* events: what happens to containers, images, networks and volumes, as it happens. */
#include "commands.h"

#include "engine/show/events_file.h"
#include "engine/show/filter.h"
#include "engine/show/human.h"
#include "engine/show/table.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <string.h>
#include <time.h>

struct events_args {
    const char *since, *until, *format;
    struct opt_list filters;
};

#define AT(field) offsetof(struct events_args, field)

static const struct opt OPTS[] = {
    {'f', "filter", "KEY=VALUE",
        "only some: container=, image=, network=, volume=, event=, type=, label=", OPT_LIST,
        AT(filters)},
    {0, "format", "TEMPLATE", "json, or a template: '{{.Type}} {{.Action}}'", OPT_TEXT, AT(format)},
    {0, "since", "TIME", "from then on: 10m ago, or 2026-11-22T03:00:00Z; else from now on",
        OPT_TEXT, AT(since)},
    {0, "until", "TIME", "up to then, and end", OPT_TEXT, AT(until)},
    {0},
};

/* The first are types of things, by ID or name; some of them only Docker has, and nothing happens
 * to them here. */
enum { TYPES = 9 };
static const char *const KEYS[] = {"config", "container", "daemon", "network", "node", "plugin",
    "secret", "service", "volume", "event", "image", "label", "scope", "type", NULL};

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

static bool begins(const char *text, const char *with)
{
    return with[0] && strncmp(text, with, strlen(with)) == 0;
}

/* --filter container=X: the beginning of its name or ID, as Docker has it; the other types alike.
 */
static bool is_named(const struct filters *filters, const char *type,
    const struct json_object *event, const struct json_object *attributes)
{
    struct json_object *actor = json_object_object_get(event, "Actor");
    bool given = false;

    for (size_t i = 0; i < filters->count; i++) {
        const struct filter *filter = &filters->items[i];
        if (strcmp(filter->key, type) != 0)
            continue;
        given = true;
        if (strcmp(text(event, "Type"), type) == 0 &&
            (begins(text(actor, "ID"), filter->value) ||
                begins(text(attributes, "name"), filter->value)))
            return true;
    }
    return !given;
}

/* The image itself, or what containers were made from: by ID, name, or name without its tag. */
static bool is_of_image(const struct filters *filters, const struct json_object *event,
    const struct json_object *attributes)
{
    bool of_image = strcmp(text(event, "Type"), "image") == 0;
    const char *id = text(json_object_object_get(event, "Actor"), "ID");
    const char *name = text(attributes, of_image ? "name" : "image");
    const char *tag = strrchr(name, ':');
    char bare[300];

    snprintf(bare, sizeof(bare), "%.*s",
        tag && !strchr(tag, '/') ? (int)(tag - name) : (int)strlen(name), name);
    return filters_equal(filters, "image", id) || filters_equal(filters, "image", name) ||
           filters_equal(filters, "image", bare) ||
           (of_image && is_named(filters, "image", event, attributes));
}

static bool is_of_types(const struct filters *filters, const struct json_object *event,
    const struct json_object *attributes)
{
    for (int i = 0; i < TYPES; i++) {
        if (!is_named(filters, KEYS[i], event, attributes))
            return false;
    }
    return true;
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
           is_of_types(filters, event, attributes) && is_of_image(filters, event, attributes);
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
    if (result == 0 && options->format) {
        result = table_begin(&showing.out, &table, options->format, false, err);
        err->code = result < 0 ? EBADMSG : 0; /* as show_begin has it */
    }
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
