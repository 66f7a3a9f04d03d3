// SPDX-License-Identifier: MIT
/*
 * ps: the processes of a container, by their numbers on the host: the numbers alone for an engine,
 * or what ps(1) says of them.
 */
#include "commands.h"

#include "runtime/processes.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

struct ps_args {
    const char *format;
};

static const struct opt OPTS[] = {
    {'f', "format", "FORMAT", "table or json", OPT_TEXT, offsetof(struct ps_args, format)},
    {0},
};

static int read_pids(const char *id, struct processes *ret, struct err *err)
{
    struct state state;
    char root[PATH_MAX];

    if (globals_root(root, err) < 0 || state_load(root, id, false, &state, err) < 0)
        return -1;
    int result = processes_read(&state, ret, err);
    state_close(&state);
    return result;
}

static void print_json(const struct processes *pids)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < pids->count; i++)
        json_object_array_add(array, json_object_new_int(pids->items[i]));
    puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN));
    json_object_put(array);
}

static int ps_run(void *args, int argc, char **argv, struct err *err)
{
    const struct ps_args *options = args;
    struct processes pids = {0};

    if (argc < 1) {
        err_set(err, ERR_USAGE, "ps needs ID [PS OPTIONS]");
        return err_hint(err, "ps --help says what it takes");
    }
    if (globals_format(options->format, err) < 0 || read_pids(argv[0], &pids, err) < 0)
        return -1;
    bool json = options->format && strcmp(options->format, "json") == 0;
    cleanup_free char *shown = json ? NULL : processes_show(&pids, argv + 1, err);
    if (json)
        print_json(&pids);
    else if (shown)
        fputs(shown, stdout);
    free(pids.items);
    return json || shown ? 0 : -1;
}

const struct command ps_command = {
    .name = "ps",
    .operands = "ID [PS OPTIONS]",
    .summary = "The processes of a container",
    .details = "What follows the ID are options of ps(1), -ef without any.",
    .opts = OPTS,
    .args_size = sizeof(struct ps_args),
    .run = ps_run,
};
