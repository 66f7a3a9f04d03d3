// SPDX-License-Identifier: MIT
/* system: the engine as a whole: the room that it takes, what it is, what happens. */
#include "prune.h"
#include "show_commands.h"

static const struct command *const SYSTEM[] = {
    &df_command,
    &events_command,
    &info_command,
    &system_prune_command,
    &system_start_command,
    NULL,
};

const struct command system_group = {
    .name = "system",
    .summary = "Manage the engine as a whole",
    .group = SYSTEM,
};
