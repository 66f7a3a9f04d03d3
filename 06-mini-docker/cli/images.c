// SPDX-License-Identifier: MIT
/*
 * images: what the store has, a line a name. An image with two names has two lines; one without any
 * is shown as <none>.
 */
#include "image_commands.h"

#include "engine/images/image_list.h"
#include "engine/show/filter.h"
#include "engine/show/human.h"
#include "engine/show/table.h"

#include "cleanup.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct images_args {
    bool all, quiet, digests, no_trunc;
    const char *format;
    struct opt_list filter;
};

#define AT(field) offsetof(struct images_args, field)

static const struct opt OPTS[] = {
    {'a', "all", NULL, "here as in Docker since version 23, nothing is hidden", OPT_FLAG, AT(all)},
    {0, "digests", NULL, "the manifests' digests, too", OPT_FLAG, AT(digests)},
    {'f', "filter", "KEY=VALUE",
        "only some: dangling=, label=, reference=, before=IMAGE, since=IMAGE, until=TIME", OPT_LIST,
        AT(filter)},
    {0, "format", "FORMAT", "table, json, or a Go template: {{.Repository}}:{{.Tag}}", OPT_TEXT,
        AT(format)},
    {0, "no-trunc", NULL, "whole IDs", OPT_FLAG, AT(no_trunc)},
    {'q', "quiet", NULL, "only the IDs", OPT_FLAG, AT(quiet)},
    {0},
};

static const struct table_column COLUMNS[] = {
    {"Containers", "CONTAINERS"},
    {"CreatedAt", "CREATED AT"},
    {"CreatedSince", "CREATED"},
    {"Digest", "DIGEST"},
    {"ID", "IMAGE ID"},
    {"Repository", "REPOSITORY"},
    {"SharedSize", "SHARED SIZE"},
    {"Size", "SIZE"},
    {"Tag", "TAG"},
    {"UniqueSize", "UNIQUE SIZE"},
    {"VirtualSize", "SIZE"},
    {0},
};
static const char NORMAL[] = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
static const char DIGESTS[] =
    "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";

/* What one row is judged by. */
struct images_look {
    const struct images_args *args;
    const char *wanted; /* REPOSITORY[:TAG], or NULL */
    struct filters filters;
    bool dangling, before_given;
    struct timespec before, since;
};

/* "busybox" is every tag of it; a pattern is one of a shell, for the name with or without tag,
 * and * stops at a slash. */
static bool is_named(const char *pattern, const char *repository, const char *name)
{
    return fnmatch(pattern, name, FNM_PATHNAME) == 0 ||
           fnmatch(pattern, repository, FNM_PATHNAME) == 0;
}

static bool is_shown(
    const struct images_look *look, const struct image_row *row, const struct image_item *item)
{
    const char *name = image_name_familiar(row->name), *colon = strrchr(name, ':');
    char repository[IMAGE_NAME];
    bool any = !filters_given(&look->filters, "reference");

    snprintf(repository, sizeof(repository), "%.*s",
        colon ? (int)(colon - name) : (int)strlen(name), name);
    if ((look->before_given && !human_is_before(&item->created, &look->before)) ||
        (filters_given(&look->filters, "since") && !human_is_before(&look->since, &item->created)))
        return false;
    if (filters_given(&look->filters, "dangling") && look->dangling != !row->name[0])
        return false;
    if (look->wanted && (!row->name[0] || !is_named(look->wanted, repository, name)))
        return false;
    for (size_t i = 0; i < look->filters.count && !any; i++)
        any = strcmp(look->filters.items[i].key, "reference") == 0 && row->name[0] &&
              is_named(look->filters.items[i].value, repository, name);
    return any && filters_labels(&look->filters, "label", item->labels);
}

/* The newest first. */
static int compare(const void *a, const void *b)
{
    const struct image_item *one = a, *other = b;

    if (human_is_before(&other->created, &one->created))
        return -1;
    return human_is_before(&one->created, &other->created);
}

static int collect(const struct store *store, const struct image_index *index,
    const struct images_look *look, struct image_item *items, size_t *count, struct err *err)
{
    for (size_t i = 0; i < index->count; i++) {
        struct image_item *item = &items[*count];
        if (image_list_row(store, &index->rows[i], look->args->no_trunc, item, err) < 0)
            return -1;
        if (is_shown(look, &index->rows[i], item))
            (*count)++;
        else
            image_item_free(item);
    }
    return 0;
}

static int print(
    const struct images_args *args, struct image_item *items, size_t count, struct err *err)
{
    const struct table table = {COLUMNS, args->digests ? DIGESTS : NORMAL, "{{.ID}}"};
    struct table_out out;

    if (count > 0)
        qsort(items, count, sizeof(*items), compare);
    int result = table_begin(&out, &table, args->format, args->quiet, err);
    for (size_t i = 0; i < count && result == 0; i++)
        result = table_row(&out, items[i].row, items[i].labels, err);
    return table_end(&out, err) < 0 ? -1 : result;
}

static int look_at(const struct store *store, const struct images_look *look, struct err *err)
{
    struct image_index index;
    size_t count = 0;
    int result = image_index_read(store, &index, err);
    cleanup_free struct image_item *items = calloc(index.count + 1, sizeof(*items));

    if (!items)
        return err_sys(err, "no memory for the list of images");
    if (result == 0)
        result = collect(store, &index, look, items, &count, err);
    if (result == 0)
        result = print(look->args, items, count, err);
    for (size_t i = 0; i < count; i++)
        image_item_free(&items[i]);
    image_index_free(&index);
    return result;
}

/* Of several of a kind all must hold: the earliest of before, the latest of since. */
static int read_times(const struct store *store, struct images_look *look, struct err *err)
{
    for (size_t i = 0; i < look->filters.count; i++) {
        const struct filter *filter = &look->filters.items[i];
        bool before = strcmp(filter->key, "before") == 0, until = strcmp(filter->key, "until") == 0;
        struct timespec when;
        if (!before && !until && strcmp(filter->key, "since") != 0)
            continue;
        if ((until ? human_parse_since("until", filter->value, &when, err)
                   : image_created(store, filter->value, &when, err)) < 0)
            return -1;
        if (!before && !until) {
            look->since = human_is_before(&look->since, &when) ? when : look->since;
        } else if (!look->before_given || human_is_before(&when, &look->before)) {
            look->before = when;
            look->before_given = true;
        }
    }
    return 0;
}

static int images_run(void *values, int argc, char **argv, struct err *err)
{
    static const char *const keys[] = {
        "before", "dangling", "label", "reference", "since", "until", NULL};
    const struct images_args *args = values;
    struct images_look look = {.args = args, .wanted = argc ? argv[0] : NULL};
    struct store store;
    int result = filters_read(&args->filter, keys, &look.filters, err);

    if (result == 0)
        result = filters_bool(&look.filters, "dangling", false, &look.dangling, err);
    if (result == 0)
        result = cli_store(&store, err);
    if (result == 0)
        result = read_times(&store, &look, err);
    if (result == 0)
        result = look_at(&store, &look, err);
    filters_free(&look.filters);
    return result;
}

const struct command images_command = {
    .name = "images",
    .operands = "[REPOSITORY[:TAG]]",
    .summary = "List images",
    .mixed = true,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct images_args),
    .run = images_run,
};

const struct command image_ls_command = {
    .name = "ls",
    .operands = "[REPOSITORY[:TAG]]",
    .summary = "List images",
    .aliases = "list",
    .mixed = true,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct images_args),
    .run = images_run,
};
