// SPDX-License-Identifier: MIT
/* tag: one more name for an image. */
#include "image_commands.h"

#include "engine/images/image_remove.h"

static const struct opt OPTS[] = {{0}};

static int tag_run(void *args, int argc, char **argv, struct err *err)
{
    struct store store;

    (void)args, (void)argc;
    if (cli_store(&store, err) < 0)
        return -1;
    return image_tag(&store, argv[0], argv[1], err);
}

const struct command tag_command = {
    .name = "tag",
    .operands = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
    .summary = "Give an image one more name",
    .mixed = true,
    .least = 2,
    .most = 2,
    .opts = OPTS,
    .run = tag_run,
};
