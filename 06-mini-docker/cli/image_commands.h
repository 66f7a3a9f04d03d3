/* SPDX-License-Identifier: MIT */
/* The commands for images, each in the file of its name; images.c has the group `image`. */
#ifndef CLI_IMAGE_COMMANDS_H
#define CLI_IMAGE_COMMANDS_H

#include "commands.h"

extern const struct command images_command, load_command, save_command, import_command, tag_command,
    rmi_command, history_command, pull_command, push_command, login_command, logout_command;
extern const struct command build_command, builder_group;
extern const struct command image_group;

/* `image ls`, `image rm`, `image inspect`. */
extern const struct command image_ls_command, image_rm_command, image_inspect_command;

/* How much an archive may unpack to. */
#define CLI_MAX_SIZE(place)                                                                        \
    {                                                                                              \
        0, "max-size", "SIZE", "how much it may unpack to, else 64g: more is taken for a bomb",    \
            OPT_BYTES, place, .least = 1, .most = 1ull << 60                                       \
    }

#endif
