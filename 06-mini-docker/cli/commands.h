/* SPDX-License-Identifier: MIT */
/*
 * What cli/ is made of: one file a command, with one table of options, and a row in main.c.
 *
 * A command reads its words into a struct, hands it to engine/, and returns the exit status. It
 * does no work of its own: whoever wants to know how `run` runs goes on to engine/run.c.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "err.h"
#include "opt.h"

#include <stdbool.h>

/* What every error message begins with. */
#define PROGRAM "mini-docker"

/* Exit statuses that are the engine's own; every other is the container's (docker-run(1)). */
enum { EXIT_ENGINE = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_COMMAND_NOT_FOUND = 127 };

struct command {
    const char *name;
    const char *operands; /* what follows the options: "CMD [ARG...]" */
    const char *summary;  /* one line */
    const char *details;  /* more for --help, or NULL */
    bool hidden;          /* not listed: it is for mini-docker itself */
    const struct opt *opts;
    size_t args_size; /* of the struct that opts describes; it is zeroed first */
    /*
     * args: what the options said. argv: the words that follow them, ending with NULL.
     * Returns the exit status, or -1 with *err: then main.c prints it and chooses the status.
     */
    int (*run)(void *args, int argc, char **argv, struct err *err);
};

extern const struct command run_command, init_command, version_command, help_command;

/* The commands in the order of --help, ending with NULL (main.c). */
extern const struct command *const COMMANDS[];

/* The command of this name, or NULL (main.c). */
const struct command *command_find(const char *name);

/* Print what `mini-docker NAME --help` says (help.c). */
void help_print(const struct command *command);

/* Print what `mini-docker --help`, and mini-docker alone, says (help.c). */
void help_overview(void);

#endif
