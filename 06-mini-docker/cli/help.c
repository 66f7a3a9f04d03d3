// SPDX-License-Identifier: MIT
/* help: what there is, for the person who typed mini-docker and nothing else. */
#include "commands.h"

static const struct opt OPTS[] = {{0}};

void help_overview(void)
{
    puts("mini-docker: containers without a daemon, in C, from the pieces of labs 01 to 05\n"
         "\n"
         "Try it:\n"
         "  sudo ./run run -it sh                        a shell in a container\n"
         "  sudo ./run run -m 100m --cpus 0.5 sh -c 'echo I am process $$'\n"
         "  sudo ./run run --explain true                every step, its man page and its lab\n"
         "\n"
         "Usage: mini-docker COMMAND [OPTIONS] [ARG...]\n"
         "\n"
         "Commands:");
    for (const struct command *const *row = COMMANDS; *row; row++) {
        if (!(*row)->hidden)
            printf("  %-10s %s\n", (*row)->name, (*row)->summary);
    }
    puts("\nRun 'mini-docker COMMAND --help' for the options of a command.\n"
         "Exit status: the container's own; 125 mini-docker's error, 126 the program cannot be\n"
         "run, 127 it was not found, 128+n signal n ended it.");
}

void help_print(const struct command *command)
{
    bool options = command->opts->name != NULL;

    printf("Usage: " PROGRAM " %s%s%s%s\n\n%s\n", command->name, options ? " [OPTIONS]" : "",
        command->operands ? " " : "", command->operands ? command->operands : "", command->summary);
    if (options)
        puts("\nOptions:");
    opt_help(stdout, command->opts);
    if (command->details)
        printf("\n%s\n", command->details);
}

static int help_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    const struct command *command = argc > 0 ? command_find(argv[0]) : NULL;

    if (argc > 0 && !command) {
        err_set(err, ERR_USAGE, "'%s' is not a " PROGRAM " command", argv[0]);
        return err_hint(err, "help alone lists them");
    }
    if (command)
        help_print(command);
    else
        help_overview();
    return 0;
}

const struct command help_command = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "What there is, or all about one command",
    .opts = OPTS,
    .run = help_run,
};
