// SPDX-License-Identifier: MIT
/* The help of a program, a group or a command, as its rows say it. */
#include "command.h"

#include <string.h>

/* Rows with a group, or those without. */
static void print_rows(const struct command *const *rows, bool groups, const char *title)
{
    int count = 0, width = 10;

    for (const struct command *const *row = rows; *row; row++) {
        int length = (int)strlen((*row)->name);
        width = length > width ? length : width;
    }
    for (; *rows; rows++) {
        if ((*rows)->hidden || ((*rows)->group != NULL) != groups)
            continue;
        if (count++ == 0)
            printf("\n%s:\n", title);
        printf("  %-*s %s\n", width, (*rows)->name, (*rows)->summary);
    }
}

void command_print_all(const struct program *program)
{
    puts(program->intro);
    print_rows(program->commands, false, "Commands");
    print_rows(program->commands, true, "Groups of commands");
    if (program->globals) {
        puts("\nOptions in front of the command:");
        opt_help(stdout, program->globals);
    }
    printf("\nRun '%s COMMAND --help' for the options of a command.\n%s\n", program->name,
        program->outro);
}

static void print_group(const struct program *program, const struct command *group)
{
    printf("Usage: %s %s COMMAND\n\n%s\n", program->name, group->name, group->summary);
    print_rows(group->group, false, "Commands");
    printf(
        "\nRun '%s %s COMMAND --help' for the options of a command.\n", program->name, group->name);
}

void command_print(const struct program *program, const struct command *command)
{
    if (command->group) {
        print_group(program, command);
        return;
    }
    bool options = command->opts->name != NULL;
    printf("Usage: %s %s%s%s%s\n\n%s\n", program->name, command->name, options ? " [OPTIONS]" : "",
        command->operands ? " " : "", command->operands ? command->operands : "", command->summary);
    if (command->aliases)
        printf("\nAlso called: %s\n", command->aliases);
    if (options)
        puts("\nOptions:");
    opt_help(stdout, command->opts);
    if (command->details)
        printf("\n%s\n", command->details);
}
