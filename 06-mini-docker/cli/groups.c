// SPDX-License-Identifier: MIT
/*
 * Docker's long forms: `container run`, `network ls`. Where a command is the same as a short one,
 * its row stands in both; a command that has another name in its group has a row of its own, beside
 * the short one (`ps` and `container ls`).
 */
#include "show_commands.h"

static const struct command *const CONTAINER[] = {
    &commit_command,
    &container_inspect_command,
    &container_ls_command,
    &cp_command,
    &create_command,
    &diff_command,
    &export_command,
    &port_command,
    &rename_command,
    &run_command,
    &stats_command,
    &top_command,
    &tree_command,
    &update_command,
    NULL,
};

const struct command container_group = {
    .name = "container",
    .summary = "Manage containers",
    .group = CONTAINER,
};
