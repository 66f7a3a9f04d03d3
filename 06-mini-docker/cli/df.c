// SPDX-License-Identifier: MIT
/* system df: the room that all takes, by kind; with -v by each. engine/show/df.h has the rules. */
#include "show_commands.h"

#include "engine/show/df.h"
#include "engine/show/human.h"
#include "engine/show/table.h"

#include "runtime/json_write.h"

#include <inttypes.h>
#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

struct df_args {
    const char *format;
    bool verbose;
};

static const struct opt DF_OPTS[] = {
    {0, "format", "TEMPLATE", "table, json, 'table TEMPLATE' or a template", OPT_TEXT,
        offsetof(struct df_args, format)},
    {'v', "verbose", NULL, "each image, container and volume", OPT_FLAG,
        offsetof(struct df_args, verbose)},
    {0},
};

static const struct table_column COLUMNS[] = {{"Active", "ACTIVE"}, {"Reclaimable", "RECLAIMABLE"},
    {"Size", "SIZE"}, {"TotalCount", "TOTAL"}, {"Type", "TYPE"}, {0}};

static const struct table TABLE = {
    COLUMNS, "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}", "{{.Type}}"};

/* -v: what is shown of each kind. */
static const struct section {
    const char *key, *heading;
    struct table table;
} ALL[] = {
    {"Images", "Images space usage:",
        {(const struct table_column[]){{"Repository", "REPOSITORY"}, {"Tag", "TAG"},
             {"ID", "IMAGE ID"}, {"CreatedSince", "CREATED"}, {"Size", "SIZE"},
             {"SharedSize", "SHARED SIZE"}, {"UniqueSize", "UNIQUE SIZE"},
             {"Containers", "CONTAINERS"}, {0}},
            "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t"
            "{{.UniqueSize}}\t{{.Containers}}",
            ""}},
    {"Containers", "\nContainers space usage:",
        {(const struct table_column[]){{"ID", "CONTAINER ID"}, {"Image", "IMAGE"},
             {"Command", "COMMAND"}, {"LocalVolumes", "LOCAL VOLUMES"}, {"Size", "SIZE"},
             {"RunningFor", "CREATED"}, {"Status", "STATUS"}, {"Names", "NAMES"}, {0}},
            "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t"
            "{{.Status}}\t{{.Names}}",
            ""}},
    {"Volumes", "\nLocal Volumes space usage:",
        {(const struct table_column[]){
             {"Name", "VOLUME NAME"}, {"Links", "LINKS"}, {"Size", "SIZE"}, {0}},
            "{{.Name}}\t{{.Links}}\t{{.Size}}", ""}},
    {"BuildCache", "\nBuild cache usage: ",
        {(const struct table_column[]){{"ID", "CACHE ID"}, {"CacheType", "CACHE TYPE"},
             {"Size", "SIZE"}, {"CreatedSince", "CREATED"}, {"LastUsedSince", "LAST USED"},
             {"UsageCount", "USAGE"}, {"Shared", "SHARED"}, {0}},
            "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t"
            "{{.UsageCount}}\t{{.Shared}}",
            ""}},
};
enum { SECTIONS = sizeof(ALL) / sizeof(ALL[0]) };

static struct json_object *row_of(const struct df_kind *kind)
{
    struct json_object *row = json_object_new_object();
    char text[80], size[HUMAN_TEXT];

    snprintf(text, sizeof(text), "%zu", kind->active);
    json_add_string(row, "Active", text);
    human_size(kind->reclaimable_bytes, 4, size);
    if (kind->bytes > 0)
        snprintf(text, sizeof(text), "%s (%" PRIu64 "%%)", size,
            kind->reclaimable_bytes * 100 / kind->bytes);
    json_add_string(row, "Reclaimable", kind->bytes > 0 ? text : size);
    json_add_string(row, "Size", human_size(kind->bytes, 4, size));
    snprintf(text, sizeof(text), "%zu", kind->total);
    json_add_string(row, "TotalCount", text);
    json_add_string(row, "Type", kind->name);
    return row;
}

static int print_kinds(const struct store *store, const char *format, struct err *err)
{
    struct df_kind kinds[DF_KINDS];
    struct table_out out;

    if (df_read(store, kinds, err) < 0)
        return -1;
    int result = table_begin(&out, &TABLE, format, false, err);
    for (int i = 0; result == 0 && i < DF_KINDS; i++) {
        struct json_object *row = row_of(&kinds[i]);
        result = table_row(&out, row, NULL, err);
        json_object_put(row);
    }
    return table_end(&out, err) < 0 ? -1 : result;
}

static int print_section(
    const struct section *section, struct json_object *all, const char *cache, struct err *err)
{
    struct json_object *rows = json_object_object_get(all, section->key);
    bool of_cache = strcmp(section->key, "BuildCache") == 0;
    struct table_out out;

    printf("%s%s\n\n", section->heading, of_cache ? cache : "");
    int result = table_begin(&out, &section->table, NULL, false, err);
    for (size_t i = 0; result == 0 && i < json_object_array_length(rows); i++)
        result = table_row(&out, json_object_array_get_idx(rows, i), NULL, err);
    return table_end(&out, err) < 0 ? -1 : result;
}

/* A template, or json, is of all together: {{range .Images}}{{.Size}}{{end}} */
static int print_template(struct json_object *all, const char *format, struct err *err)
{
    static const struct table_column columns[] = {{0}};
    static const struct table table = {.columns = columns, .normal = ""};
    struct table_out out;
    int result = table_begin(&out, &table, format, false, err);

    if (result == 0)
        result = table_row(&out, all, NULL, err);
    return table_end(&out, err) < 0 ? -1 : result;
}

static int print_all(const struct store *store, const char *format, struct err *err)
{
    struct json_object *all;
    uint64_t cache_bytes;
    char cache[HUMAN_TEXT];
    int result = 0;

    if (df_rows(store, &all, &cache_bytes, err) < 0)
        return -1;
    if (format && strcmp(format, "table") != 0)
        result = print_template(all, format, err);
    for (size_t i = 0; (!format || strcmp(format, "table") == 0) && result == 0 && i < SECTIONS;
         i++)
        result = print_section(&ALL[i], all, human_size(cache_bytes, 4, cache), err);
    json_object_put(all);
    return result;
}

static int df_run(void *args, int argc, char **argv, struct err *err)
{
    const struct df_args *options = args;
    struct store store;

    (void)argc;
    (void)argv;
    if (cli_store(&store, err) < 0)
        return -1;
    return options->verbose ? print_all(&store, options->format, err)
                            : print_kinds(&store, options->format, err);
}

const struct command df_command = {
    .name = "df",
    .summary = "How much room images, containers and volumes take",
    .details = "Reclaimable is what nobody uses: stopped containers, images and volumes without a\n"
               "container.",
    .mixed = true,
    .opts = DF_OPTS,
    .args_size = sizeof(struct df_args),
    .run = df_run,
};
