// SPDX-License-Identifier: MIT
/*
 * container, network, volume, image, builder and system prune: the question, the filters, the
 * words. `system prune` runs the others one after another, containers first, since they use the
 * rest.
 */
#include "prune.h"

#include "engine/life/heal.h"
#include "engine/show/events.h"
#include "engine/show/human.h"

#include <errno.h>
#include <inttypes.h>

struct prune_args {
    bool all, force, volumes;
    struct opt_list filters;
};

#define AT(field) offsetof(struct prune_args, field)
#define ALL(help)                                                                                  \
    {                                                                                              \
        'a', "all", NULL, help, OPT_FLAG, AT(all)                                                  \
    }
#define FILTER(help)                                                                               \
    {                                                                                              \
        0, "filter", "KEY=VALUE", help, OPT_LIST, AT(filters)                                      \
    }
#define FORCE                                                                                      \
    {                                                                                              \
        'f', "force", NULL, "do not ask", OPT_FLAG, AT(force)                                      \
    }
#define BY_AGE "only some: label=a=b, label!=a, until=24h (made before then)"

static const struct opt BY_AGE_OPTS[] = {FILTER(BY_AGE), FORCE, {0}};
static const struct opt VOLUME_OPTS[] = {
    ALL("those with a name, too"), FILTER("only some: label=a=b, label!=a"), FORCE, {0}};
static const struct opt IMAGE_OPTS[] = {
    ALL("all that no container has, not only those without a name"), FILTER(BY_AGE), FORCE, {0}};
static const struct opt SYSTEM_OPTS[] = {
    ALL("all images that no container has, not only those without a name"), FILTER(BY_AGE), FORCE,
    {0, "volumes", NULL, "anonymous volumes, too", OPT_FLAG, AT(volumes)}, {0}};

static const struct opt BUILD_OPTS[] = {ALL("for Docker's sake: all of it goes in any case"),
    FILTER("only some: until=24h (made before then)"), FORCE, {0}};

static const char *const AGE_KEYS[] = {"label", "label!", "until", NULL};
static const char *const VOLUME_KEYS[] = {"all", "label", "label!", NULL};
static const char *const IMAGE_KEYS[] = {"dangling", "label", "label!", "until", NULL};
static const char *const BUILD_KEYS[] = {"until", NULL};

/* One kind; [1] of the warning is for -a. */
struct kind {
    const char *type; /* of its event, which tells how much went */
    const char *heading, *const *keys, *all_key, *warning[2];
    bool all_inverted; /* of all_key: dangling=false is -a */
    int (*run)(struct prune *prune, struct err *err);
};

static const struct kind CONTAINERS = {.type = "container",
    .heading = "Deleted Containers:",
    .keys = AGE_KEYS,
    .warning = {"This will remove all stopped containers."},
    .run = prune_containers};
static const struct kind NETWORKS = {.type = "network",
    .heading = "Deleted Networks:",
    .keys = AGE_KEYS,
    .warning = {"This will remove all custom networks not used by at least one container."},
    .run = prune_networks};
static const struct kind VOLUMES = {.type = "volume",
    .heading = "Deleted Volumes:",
    .keys = VOLUME_KEYS,
    .all_key = "all",
    .warning = {"This will remove anonymous local volumes not used by at least one container.",
        "This will remove all local volumes not used by at least one container."},
    .run = prune_volumes};
static const struct kind IMAGES = {.type = "image",
    .heading = "Deleted Images:",
    .keys = IMAGE_KEYS,
    .all_key = "dangling",
    .all_inverted = true,
    .warning = {"This will remove all dangling images.",
        "This will remove all images without at least one container associated to them."},
    .run = prune_images};
static const struct kind BUILDS = {.type = "builder",
    .heading = "Deleted build cache objects:",
    .keys = BUILD_KEYS,
    .warning = {"This will remove all build cache."},
    .run = prune_builds};

/* With a blank line behind it, where anything went. */
static int run_kind(const struct kind *kind, struct prune *prune, struct err *err)
{
    prune->heading = kind->heading;
    prune->said = false;
    uint64_t before = prune->bytes;
    int result = kind->run(prune, err);
    if (prune->said)
        puts("");
    if (result == 0) {
        char bytes[24];
        snprintf(bytes, sizeof(bytes), "%" PRIu64, prune->bytes - before);
        event_add(&prune->store, kind->type, "prune", "",
            (const struct event_attribute[]){{"reclaimed", bytes}, {0}});
    }
    return result;
}

static void say_total(const struct prune *prune)
{
    char size[HUMAN_TEXT];

    printf("Total reclaimed space: %s\n", human_size(prune->bytes, 4, size));
}

static int read_all(
    const struct kind *kind, const struct prune_args *args, struct prune *prune, struct err *err)
{
    bool value;

    prune->all = args->all;
    prune->everything = prune->filter.filters.count == 0;
    if (!kind->all_key || !filters_given(&prune->filter.filters, kind->all_key))
        return 0;
    if (filters_bool(&prune->filter.filters, kind->all_key, false, &value, err) < 0)
        return -1;
    prune->all = value != kind->all_inverted;
    return 0;
}

static int run_one(const struct kind *kind, const struct prune_args *args, struct err *err)
{
    struct prune prune = {0};
    int result = filter_prune_read(&args->filters, kind->keys, &prune.filter, err);

    if (result == 0)
        result = read_all(kind, args, &prune, err);
    if (result == 0 && (args->force || cli_confirm(kind->warning[kind->all_key && prune.all]))) {
        result = cli_store(&prune.store, err);
        if (result == 0)
            result = run_kind(kind, &prune, err);
        if (result == 0 && kind != &NETWORKS)
            say_total(&prune);
    }
    filter_prune_free(&prune.filter);
    return result;
}

#define RUN(function, kind)                                                                        \
    static int function(void *args, int argc, char **argv, struct err *err)                        \
    {                                                                                              \
        (void)argc, (void)argv;                                                                    \
        return run_one(&(kind), args, err);                                                        \
    }
RUN(run_containers, CONTAINERS)
RUN(run_networks, NETWORKS)
RUN(run_volumes, VOLUMES)
RUN(run_images, IMAGES)
RUN(run_builds, BUILDS)

static bool confirm_system(const struct prune_args *args, const struct filters *filters)
{
    char warning[800];
    size_t used = (size_t)snprintf(warning, sizeof(warning),
        "This will remove:\n"
        "  - all stopped containers\n"
        "  - all networks not used by at least one container\n%s  - all %s\n"
        "  - unused build cache\n",
        args->volumes ? "  - all anonymous volumes not used by at least one container\n" : "",
        args->all ? "images without at least one container associated to them" : "dangling images");

    if (filters->count > 0)
        used += (size_t)snprintf(warning + used, sizeof(warning) - used,
            "\n  Items to be pruned will be filtered with:\n");
    for (size_t i = 0; i < filters->count && used < sizeof(warning); i++)
        used += (size_t)snprintf(warning + used, sizeof(warning) - used, "  - %s=%s\n",
            filters->items[i].key, filters->items[i].value);
    return cli_confirm(warning);
}

static int prune_system(const struct prune_args *args, struct prune *prune, struct err *err)
{
    if (cli_store(&prune->store, err) < 0)
        return -1;
    heal_leftovers(&prune->store);
    if (run_kind(&CONTAINERS, prune, err) < 0 || run_kind(&NETWORKS, prune, err) < 0 ||
        (args->volumes && run_kind(&VOLUMES, prune, err) < 0))
        return -1;
    prune->all = args->all; /* of images; volumes with a name stay */
    if (run_kind(&IMAGES, prune, err) < 0 || run_kind(&BUILDS, prune, err) < 0)
        return -1;
    say_total(prune);
    return 0;
}

static int run_system(void *args_, int argc, char **argv, struct err *err)
{
    const struct prune_args *args = args_;
    struct prune prune = {0};
    int result = filter_prune_read(&args->filters, AGE_KEYS, &prune.filter, err);

    (void)argc, (void)argv;
    prune.everything = prune.filter.filters.count == 0;
    if (result == 0 && args->volumes && filters_given(&prune.filter.filters, "until"))
        result =
            err_refuse(err, EINVAL, "The \"until\" filter is not supported with \"--volumes\"");
    if (result == 0 && (args->force || confirm_system(args, &prune.filter.filters)))
        result = prune_system(args, &prune, err);
    filter_prune_free(&prune.filter);
    return result;
}

#define ROW(variable, text, more, options, function)                                               \
    const struct command variable = {                                                              \
        .name = "prune",                                                                           \
        .summary = (text),                                                                         \
        .details = (more),                                                                         \
        .mixed = true,                                                                             \
        .opts = (options),                                                                         \
        .args_size = sizeof(struct prune_args),                                                    \
        .run = (function),                                                                         \
    }
ROW(container_prune_command, "Remove all stopped containers", NULL, BY_AGE_OPTS, run_containers);
ROW(network_prune_command, "Remove networks that no container is in",
    "Of the network bridge, which is always there, what stands on the host goes: the next\n"
    "container makes it again.",
    BY_AGE_OPTS, run_networks);
ROW(volume_prune_command, "Remove volumes that no container has", NULL, VOLUME_OPTS, run_volumes);
ROW(image_prune_command, "Remove images that have no name, or that nobody uses", NULL, IMAGE_OPTS,
    run_images);
ROW(builder_prune_command, "Forget what the steps of builds have made",
    "Images stay as they are; the next build does all steps again.", BUILD_OPTS, run_builds);
ROW(system_prune_command, "Remove what nobody uses: containers, networks, images, build cache",
    NULL, SYSTEM_OPTS, run_system);
