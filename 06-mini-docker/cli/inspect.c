// SPDX-License-Identifier: MIT
/*
 * inspect: all about containers, images, networks and volumes, as one JSON array or through a
 * template. `container inspect` and the like look among things of one kind.
 */
#include "image_commands.h"
#include "show_commands.h"

#include "engine/files/volume.h"
#include "engine/images/image_list.h"
#include "engine/network/network.h"
#include "engine/network/network_admin.h"
#include "engine/show/inspect.h"
#include "engine/show/show.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <string.h>

struct inspect_args {
    const char *format, *type;
    bool size, verbose;
};

#define AT(field) offsetof(struct inspect_args, field)

#define FORMAT                                                                                     \
    {                                                                                              \
        'f', "format", "TEMPLATE", "json, or a template: '{{.State.Pid}}'", OPT_TEXT, AT(format)   \
    }
#define SIZE                                                                                       \
    {                                                                                              \
        's', "size", NULL, "of a container, how much it has changed, too", OPT_FLAG, AT(size)      \
    }

static const struct opt OPTS[] = {
    FORMAT,
    SIZE,
    {0, "type", "TYPE", "container, image, network or volume; else the first of this name",
        OPT_TEXT, AT(type)},
    {0},
};
static const struct opt CONTAINER_OPTS[] = {FORMAT, SIZE, {0}};
static const struct opt FORMAT_OPTS[] = {FORMAT, {0}};
static const struct opt NETWORK_OPTS[] = {
    FORMAT, {'v', "verbose", NULL, "there is no more to say", OPT_FLAG, AT(verbose)}, {0}};

static int find_container(const struct store *store, const char *word, bool size,
    struct json_object **ret, struct err *err)
{
    struct record record;
    struct status status;
    int result = record_lookup(store, word, &record, err);

    if (result == 0)
        result = status_ask(store, record.id, &status, err);
    if (result == 0)
        status_ask_pid(store, record.id, &status);
    if (result == 0 && status.pid > 0)
        result = network_ask(store, record.id, &status, err);
    if (result == 0)
        *ret = inspect_container(store, &record, &status, size);
    record_free(&record);
    return result;
}

static int find_image(const struct store *store, const char *word, bool size,
    struct json_object **ret, struct err *err)
{
    (void)size; /* it is always there */
    return image_inspect(store, word, ret, err);
}

static int find_volume(const struct store *store, const char *word, bool size,
    struct json_object **ret, struct err *err)
{
    struct volume volume;

    (void)size;
    if (volume_load(store, word, &volume, err) < 0)
        return -1;
    *ret = volume_json(&volume);
    volume_free(&volume);
    return 0;
}

static int find_network(const struct store *store, const char *word, bool size,
    struct json_object **ret, struct err *err)
{
    struct network_list list = {0};
    struct network network = {0};

    (void)size;
    int result = network_all(store, &list, err); /* bridge, host and none are there from now on */
    network_list_free(&list);
    if (result == 0)
        result = network_find(store, word, &network, err);
    if (result == 0) {
        *ret = network_json(store, &network, err);
        result = *ret ? 0 : -1;
    }
    network_free(&network);
    return result;
}

/* A kind of thing that can be inspected, in the order in which they are looked for. */
struct kind {
    const char *name; /* of --type */
    /* *ret: a new object in Docker's shape. Errors: err->code ENOENT, there is none of this name:
     * then another kind may have it. */
    int (*find)(const struct store *store, const char *word, bool size, struct json_object **ret,
        struct err *err);
};

static const struct kind KINDS[] = {
    {"container", find_container},
    {"image", find_image},
    {"network", find_network},
    {"volume", find_volume},
    {0},
};

static int find(const struct store *store, const struct inspect_args *options, const char *word,
    struct json_object **ret, struct err *err)
{
    for (const struct kind *kind = KINDS; kind->name; kind++) {
        if (options->type && strcmp(kind->name, options->type) != 0)
            continue;
        if (kind->find(store, word, options->size, ret, err) == 0)
            return 0;
        if (err->code != ENOENT || options->type)
            return -1;
    }
    return err_refuse(err, ENOENT, "No such object: %s", word);
}

static int check_type(const char *type, struct err *err)
{
    for (const struct kind *kind = KINDS; kind->name; kind++) {
        if (!type || strcmp(kind->name, type) == 0)
            return 0;
    }
    err_refuse(err, EINVAL, "unknown type: \"%s\"", type);
    return err_hint(err, "the types are container, image, network and volume");
}

/* What is not there is said at once, and the rest shown. Returns the exit status. */
static int show_all(const struct store *store, const struct inspect_args *options,
    char *const words[], struct show *show, struct err *err)
{
    int status = 0;

    for (; *words; words++) {
        struct json_object *object = NULL;
        if (find(store, options, *words, &object, err) < 0) {
            fflush(stdout);
            err_print(stderr, PROGRAM, err);
            status = 1;
            continue;
        }
        int result = show_one(show, object, err);
        json_object_put(object);
        if (result < 0)
            return -1;
    }
    return status;
}

static int inspect_run(void *args, int argc, char **argv, struct err *err)
{
    const struct inspect_args *options = args;
    struct show show = {0};
    struct store store;

    (void)argc;
    if (check_type(options->type, err) < 0 || cli_store(&store, err) < 0)
        return -1;
    int status = show_begin(&show, options->format, err);
    if (status == 0)
        status = show_all(&store, options, argv, &show, err);
    if (status >= 0)
        show_end(&show);
    return status;
}

static int container_inspect_run(void *args, int argc, char **argv, struct err *err)
{
    ((struct inspect_args *)args)->type = "container";
    return inspect_run(args, argc, argv, err);
}

static int image_inspect_run(void *args, int argc, char **argv, struct err *err)
{
    ((struct inspect_args *)args)->type = "image";
    return inspect_run(args, argc, argv, err);
}

static int network_inspect_run(void *args, int argc, char **argv, struct err *err)
{
    ((struct inspect_args *)args)->type = "network";
    return inspect_run(args, argc, argv, err);
}

static int volume_inspect_run(void *args, int argc, char **argv, struct err *err)
{
    ((struct inspect_args *)args)->type = "volume";
    return inspect_run(args, argc, argv, err);
}

#define INSPECT(operands_, summary_, opts_, run_)                                                  \
    {                                                                                              \
        .name = "inspect", .operands = (operands_), .summary = (summary_), .mixed = true,          \
        .least = 1, .most = INT_MAX, .opts = (opts_), .args_size = sizeof(struct inspect_args),    \
        .run = (run_),                                                                             \
    }

const struct command inspect_command = INSPECT(
    "NAME|ID...", "All about containers, images, networks and volumes, as JSON", OPTS, inspect_run);
const struct command container_inspect_command =
    INSPECT("CONTAINER...", "All about containers, as JSON", CONTAINER_OPTS, container_inspect_run);
const struct command image_inspect_command =
    INSPECT("IMAGE...", "All about images, as JSON", FORMAT_OPTS, image_inspect_run);
const struct command network_inspect_command =
    INSPECT("NETWORK...", "All about networks, as JSON", NETWORK_OPTS, network_inspect_run);
const struct command volume_inspect_command =
    INSPECT("VOLUME...", "All about volumes, as JSON", FORMAT_OPTS, volume_inspect_run);
