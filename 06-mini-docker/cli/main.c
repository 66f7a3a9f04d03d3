// SPDX-License-Identifier: MIT
/*
 * mini-docker: the command line. It finds the command's row, reads its options, and turns an error
 * into the message and the exit status that a Docker user knows. The status follows from err_kind
 * alone, never from the text.
 */
#include "commands.h"

#include <string.h>

const struct command *const COMMANDS[] = {
    &run_command,
    &version_command,
    &help_command,
    &init_command,
    NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *row = COMMANDS; *row; row++) {
        if (strcmp((*row)->name, name) == 0)
            return *row;
    }
    return NULL;
}

static int fail(const struct err *err, const struct command *command)
{
    fflush(stdout);
    err_print(stderr, PROGRAM, err);
    if (err->kind == ERR_USAGE)
        fprintf(stderr, "Run '" PROGRAM "%s%s --help' for more information\n", command ? " " : "",
            command ? command->name : "");
    switch (err->kind) {
    case ERR_NOT_EXECUTABLE:
        return EXIT_NOT_EXECUTABLE;
    case ERR_NOT_FOUND:
        return EXIT_COMMAND_NOT_FOUND;
    default:
        return EXIT_ENGINE;
    }
}

/* argv[0] is the command's name. */
static int run_command_line(const struct command *command, int argc, char **argv)
{
    _Alignas(16) char args[512] = {0};
    struct err err;
    int index = 1;

    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        help_print(command);
        return 0;
    }
    if (command->args_size > sizeof(args) ||
        opt_parse(command->opts, argc, argv, &index, args, &err) < 0)
        return fail(&err, command);
    int status = command->run(args, argc - index, argv + index, &err);
    opt_free(command->opts, args);
    return status < 0 ? fail(&err, command) : status;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    struct err err;

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)
        word = "version";
    const struct command *command = command_find(word);
    if (command)
        return run_command_line(command, argc > 1 ? argc - 1 : argc, argc > 1 ? argv + 1 : argv);
    if (word[0] == '-')
        err_set(&err, ERR_USAGE, "unknown option '%s'", word);
    else
        err_set(&err, ERR_USAGE, "'%s' is not a " PROGRAM " command", word);
    err_hint(&err, "the commands are run, version and help; options go behind the command");
    return fail(&err, NULL);
}
