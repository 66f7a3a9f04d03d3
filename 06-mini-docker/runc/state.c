// SPDX-License-Identifier: MIT
/* state: what an engine asks to know how a container is, as JSON. */
#include "commands.h"

#include "state_json.h"

#include <json-c/json_object.h>

static const struct opt OPTS[] = {{0}};

static int state_run(void *args, int argc, char **argv, struct err *err)
{
    struct state state;
    char root[PATH_MAX];

    (void)args;
    (void)argc;
    if (globals_root(root, err) < 0 || state_load(root, argv[0], false, &state, err) < 0)
        return -1;
    struct json_object *object = state_json(&state);
    puts(json_object_to_json_string_ext(object,
        JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
    state_close(&state);
    return 0;
}

const struct command state_command = {
    .name = "state",
    .operands = "ID",
    .summary = "How a container is, as JSON",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = state_run,
};
