/* SPDX-License-Identifier: MIT */
/* The commands that show what there is, each in the file of its name. */
#ifndef CLI_SHOW_COMMANDS_H
#define CLI_SHOW_COMMANDS_H

#include "commands.h"

extern const struct command ps_command, inspect_command, top_command, stats_command, tree_command,
    port_command, info_command, completion_command;

/* What the scripts of completion call. */
extern const struct command complete_command;

/* `container ls`, `container inspect`; of the group system (system.c): df, start. */
extern const struct command df_command, system_start_command;
extern const struct command container_ls_command, container_inspect_command;
extern const struct command system_group;

#endif
