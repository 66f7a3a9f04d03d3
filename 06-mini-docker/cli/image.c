// SPDX-License-Identifier: MIT
/* The group `image`: Docker's long forms. */
#include "image_commands.h"
#include "prune.h"

static const struct command *const IMAGE[] = {
    &build_command,
    &history_command,
    &image_inspect_command,
    &image_ls_command,
    &import_command,
    &load_command,
    &image_prune_command,
    &pull_command,
    &push_command,
    &image_rm_command,
    &save_command,
    &tag_command,
    NULL,
};

const struct command image_group = {
    .name = "image",
    .summary = "Manage images",
    .group = IMAGE,
};
