/* SPDX-License-Identifier: MIT */
/*
 * What cli/ is made of: one file a command, with one table of options, and a row in main.c.
 *
 * A command reads its words into a struct, hands it to engine/, and returns the exit status. It
 * does no work of its own: whoever wants to know how `run` runs goes on to engine/life/start.c.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "engine/store/store.h"
#include "runtime/explain.h"

#include "command.h"

/* What every error message begins with. */
#define PROGRAM "mini-docker"

/* Exit statuses that are the engine's own; every other is the container's (docker-run(1)). */
enum { EXIT_ENGINE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_COMMAND_NOT_FOUND = 127 };

/* The options in front of the command. */
struct globals {
    const char *root; /* where the store is; NULL: the usual place */
    bool explain;     /* print each step, with its man page and its lab */
    bool help, version;
};
extern struct globals globals;

/* Where --explain's steps go; a descriptor of its own, that stands for the standard error. */
struct explain cli_explain(void);

/* The store that --root names. Errors: it cannot be made there. */
int cli_store(struct store *ret, struct err *err);

/* Where an error is one of the store's file system, and says no cure yet: what there is to do. */
void cli_why(struct err *err);

extern const struct command start_command, stop_command, restart_command, kill_command,
    pause_command, unpause_command, wait_command, attach_command, logs_command, exec_command,
    rm_command;
extern const struct command run_command, create_command, rename_command, update_command,
    init_command, version_command, events_command;

/*
 * Have an archive written to the file, which appears whole or not at all, or to standard output for
 * NULL. `name` is for write's errors. Errors: standard output is a terminal.
 */
int cli_output(const char *path, int (*write)(int fd, const char *name, void *arg, struct err *err),
    void *arg, struct err *err);

extern const struct command commit_command, cp_command, diff_command, export_command;

/* Print Docker's warning before a prune, and wait for the answer: true for "y". */
bool cli_confirm(const char *warning);

/* network_show.c; network.c has the rest of the group */
extern const struct command network_ls_command, network_inspect_command, network_group;

/* volume_show.c; volume.c has the rest of the group */
extern const struct command volume_ls_command, volume_inspect_command, volume_group;

/* Docker's long forms, `container run` (groups.c). */
extern const struct command container_group;

/* The program and its commands (main.c). */
extern const struct program PROGRAM_TABLE;

#endif
