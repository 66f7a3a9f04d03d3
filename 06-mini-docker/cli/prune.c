// SPDX-License-Identifier: MIT
/*
 * container prune and system prune: what nobody uses goes. `system prune` runs the prune of each
 * group, one after another: containers first, since they use the rest.
 */
#include "image_commands.h"
#include "show_commands.h"

#include "engine/create/labels.h"
#include "engine/life/removal.h"
#include "engine/show/filter.h"
#include "engine/show/human.h"
#include "engine/show/list.h"
#include "engine/show/usage.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>

struct prune_args {
    bool all, force, volumes;
    struct opt_list filters;
};

#define AT(field) offsetof(struct prune_args, field)

static const struct opt CONTAINER_OPTS[] = {
    {0, "filter", "KEY=VALUE", "only some: label=a=b, until=24h (made before then)", OPT_LIST,
        AT(filters)},
    {'f', "force", NULL, "do not ask", OPT_FLAG, AT(force)},
    {0},
};

struct pruning {
    struct store store;
    struct filters filters;
    struct timespec until; /* zeros: any time */
    size_t count;
    uint64_t bytes;
};

static int read_filters(const struct prune_args *options, struct pruning *pruning, struct err *err)
{
    static const char *const keys[] = {"label", "until", NULL};

    if (filters_read(&options->filters, keys, &pruning->filters, err) < 0)
        return -1;
    for (size_t i = 0; i < pruning->filters.count; i++) {
        const struct filter *filter = &pruning->filters.items[i];
        if (strcmp(filter->key, "until") == 0 &&
            human_parse_since("until", filter->value, &pruning->until, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_wanted(const struct pruning *pruning, const struct list_item *item)
{
    struct json_object *labels =
        labels_json(item->record.config.labels, item->record.config.labels_count);
    bool wanted = filters_labels(&pruning->filters, "label", labels);
    struct timespec created;

    json_object_put(labels);
    if (pruning->until.tv_sec && human_parse_time(item->record.created, &created) == 0)
        wanted &= created.tv_sec < pruning->until.tv_sec;
    return wanted && (item->status.kind == STATUS_CREATED || item->status.kind == STATUS_EXITED ||
                         item->status.kind == STATUS_DEAD);
}

/* It may have been started, or removed, since it was listed: asked again under its lock. */
static int prune_one(const struct list_item *item, void *arg, struct err *err)
{
    struct pruning *pruning = arg;
    struct list_item now = {.record = item->record};
    char path[PATH_MAX];
    cleanup_close int lock = -1;

    if (!is_wanted(pruning, item))
        return 0;
    if (record_lock(&pruning->store, item->record.id, &lock, err) < 0 ||
        status_ask(&pruning->store, item->record.id, &now.status, err) < 0)
        return err->code == ENOENT ? 0 : -1;
    if (!is_wanted(pruning, &now))
        return 0;
    record_path(&pruning->store, item->record.id, "upper", path);
    uint64_t bytes = usage_tree(path);
    if (removal(&pruning->store, &item->record, false, err) < 0)
        return -1;
    printf("%s%s\n", pruning->count++ ? "" : "Deleted Containers:\n", item->record.id);
    pruning->bytes += bytes;
    return 0;
}

static int container_prune_run(void *args, int argc, char **argv, struct err *err)
{
    const struct prune_args *options = args;
    const struct list_options all = {.all = true};
    struct pruning pruning = {0};
    char size[HUMAN_TEXT];

    (void)argc;
    (void)argv;
    int result = read_filters(options, &pruning, err);
    if (result == 0 && !options->force &&
        !cli_confirm("This will remove all stopped containers.")) {
        filters_free(&pruning.filters);
        return 0;
    }
    if (result == 0)
        result = cli_store(&pruning.store, err);
    if (result == 0) {
        removal_finish(&pruning.store);
        result = list_each(&pruning.store, &all, prune_one, &pruning, err);
    }
    filters_free(&pruning.filters);
    if (result == 0)
        printf("%sTotal reclaimed space: %s\n", pruning.count ? "\n" : "",
            human_size(pruning.bytes, 4, size));
    return result;
}

const struct command container_prune_command = {
    .name = "prune",
    .summary = "Remove all stopped containers",
    .mixed = true,
    .opts = CONTAINER_OPTS,
    .args_size = sizeof(struct prune_args),
    .run = container_prune_run,
};

static const struct opt SYSTEM_OPTS[] = {
    {'a', "all", NULL, "all images that no container has, not only those without a name", OPT_FLAG,
        AT(all)},
    {'f', "force", NULL, "do not ask", OPT_FLAG, AT(force)},
    {0, "volumes", NULL, "anonymous volumes, too", OPT_FLAG, AT(volumes)},
    {0},
};

/* GROUP prune -f [-a] */
static int prune_group(const struct command *group, bool all, struct err *err)
{
    char *argv[] = {"prune", "-f", all ? "-a" : NULL, NULL};
    const struct program program = {.name = PROGRAM, .commands = group->group};

    printf("%s prune:\n", group->name);
    fflush(stdout);
    return command_run(&program, command_find(&program, argv[0]), all ? 3 : 2, argv, err);
}

static int system_prune_run(void *args, int argc, char **argv, struct err *err)
{
    const struct prune_args *options = args;
    char warning[400];

    (void)argc;
    (void)argv;
    snprintf(warning, sizeof(warning),
        "This will remove:\n"
        "  - all stopped containers\n"
        "  - all networks not used by at least one container\n%s  - all %s\n",
        options->volumes ? "  - all anonymous volumes not used by at least one container\n" : "",
        options->all ? "images without at least one container associated to them"
                     : "dangling images");
    if (!options->force && !cli_confirm(warning))
        return 0;
    if (prune_group(&container_group, false, err) < 0 ||
        prune_group(&network_group, false, err) < 0 ||
        (options->volumes && prune_group(&volume_group, false, err) < 0))
        return -1;
    return prune_group(&image_group, options->all, err);
}

const struct command system_prune_command = {
    .name = "prune",
    .summary = "Remove what nobody uses: containers, networks, images",
    .mixed = true,
    .opts = SYSTEM_OPTS,
    .args_size = sizeof(struct prune_args),
    .run = system_prune_run,
};
