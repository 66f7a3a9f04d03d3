// SPDX-License-Identifier: MIT
/*
 * Docker's long forms: `container run`, `network ls`. Where a command is the same as a short one,
 * its row stands in both; a command that has another name in its group has a row of its own, beside
 * the short one (`ps` and `container ls`).
 */
#include "prune.h"
#include "show_commands.h"

static const struct command *const CONTAINER[] = {
    &attach_command,
    &commit_command,
    &cp_command,
    &create_command,
    &diff_command,
    &exec_command,
    &export_command,
    &container_inspect_command,
    &kill_command,
    &logs_command,
    &container_ls_command,
    &pause_command,
    &port_command,
    &container_prune_command,
    &rename_command,
    &rm_command,
    &restart_command,
    &run_command,
    &start_command,
    &stats_command,
    &stop_command,
    &top_command,
    &tree_command,
    &unpause_command,
    &update_command,
    &wait_command,
    NULL,
};

const struct command container_group = {
    .name = "container",
    .summary = "Manage containers",
    .group = CONTAINER,
};
