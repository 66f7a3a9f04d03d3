// SPDX-License-Identifier: MIT
/* image inspect: all that is known of images. */
#include "image_commands.h"

#include "engine/images/image_list.h"
#include "engine/show/show.h"

struct inspect_args {
    const char *format;
};

static const struct opt OPTS[] = {
    {'f', "format", "TEMPLATE", "print this of each; json: a line each", OPT_TEXT,
        offsetof(struct inspect_args, format)},
    {0},
};

/* What is not there is said after the rest, as Docker does it. */
static int inspect_run(void *values, int argc, char **argv, struct err *err)
{
    const struct inspect_args *args = values;
    struct err missing = {0};
    struct show show = {0};
    struct store store;
    int result = 0;

    if (cli_store(&store, err) < 0 || show_begin(&show, args->format, err) < 0)
        return -1;
    for (int i = 0; i < argc && result == 0; i++) {
        struct json_object *object = NULL;
        if (image_inspect(&store, argv[i], &object, err) < 0) {
            missing = missing.kind ? missing : *err;
            continue;
        }
        result = show_one(&show, object, err);
        json_object_put(object);
    }
    show_end(&show);
    if (result == 0 && missing.kind) {
        *err = missing;
        return -1;
    }
    return result;
}

const struct command image_inspect_command = {
    .name = "inspect",
    .operands = "IMAGE [IMAGE...]",
    .summary = "Show all about images, as JSON",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct inspect_args),
    .run = inspect_run,
};
