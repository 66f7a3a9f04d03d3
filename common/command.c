// SPDX-License-Identifier: MIT
/*
 * What every program with commands does with its table: find the row, read the words into the row's
 * struct, print help. The options end at the first operand, so that `run sh -c x` leaves -c to sh;
 * a row may say that its operands are names only, and then options may follow them too.
 */
#include "command.h"

#include <string.h>

enum { ARGS_ROOM = 2048 };

static const struct opt NO_OPTS[] = {{0}};

const struct command command_help_row = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "What there is, or all about one command",
    .mixed = true,
    .most = 1,
    .opts = NO_OPTS,
};

const struct command *command_find(const struct program *program, const char *name)
{
    for (const struct command *const *row = program->commands; *row; row++) {
        if (strcmp((*row)->name, name) == 0)
            return *row;
    }
    return NULL;
}

int command_unknown(const struct program *program, const char *word, struct err *err)
{
    char names[200] = "";
    size_t used = 0, last = 0;

    for (const struct command *const *row = program->commands; *row; row++) {
        if ((*row)->hidden || used >= sizeof(names))
            continue;
        last = used;
        used += (size_t)snprintf(
            names + used, sizeof(names) - used, "%s%s", used ? ", " : "", (*row)->name);
    }
    if (word[0] == '-')
        err_set(err, ERR_USAGE, "unknown option '%s'", word);
    else
        err_set(err, ERR_USAGE, "'%s' is not a %s command", word, program->name);
    return err_hint(err, "the commands are %.*s and %s; a command's options go behind it",
        (int)last, names, names + last + 2);
}

static void print_overview(const struct program *program)
{
    printf("%s\n\nCommands:\n", program->intro);
    for (const struct command *const *row = program->commands; *row; row++) {
        if (!(*row)->hidden)
            printf("  %-10s %s\n", (*row)->name, (*row)->summary);
    }
    if (program->globals) {
        puts("\nOptions in front of the command:");
        opt_help(stdout, program->globals);
    }
    printf("\nRun '%s COMMAND --help' for the options of a command.\n%s\n", program->name,
        program->outro);
}

static void print_command(const struct program *program, const struct command *command)
{
    bool options = command->opts->name != NULL;

    printf("Usage: %s %s%s%s%s\n\n%s\n", program->name, command->name, options ? " [OPTIONS]" : "",
        command->operands ? " " : "", command->operands ? command->operands : "", command->summary);
    if (options)
        puts("\nOptions:");
    opt_help(stdout, command->opts);
    if (command->details)
        printf("\n%s\n", command->details);
}

int command_help(const struct program *program, const char *name, struct err *err)
{
    const struct command *command = name ? command_find(program, name) : NULL;

    if (name && !command)
        return command_unknown(program, name, err);
    if (command)
        print_command(program, command);
    else
        print_overview(program);
    return 0;
}

/* -h too, where it means nothing else. */
static bool asks_help(const struct command *command, const char *word)
{
    return strcmp(word, "--help") == 0 ||
           (strcmp(word, "-h") == 0 && !opt_find(command->opts, word));
}

/* Moves the operands to the front of argv, past argv[0]; returns how many, or -1. */
static int read_mixed(
    const struct command *command, int argc, char **argv, void *args, struct err *err)
{
    int index = 1, count = 0;
    bool ended = false;

    while (index < argc) {
        int before = index;
        if (!ended && opt_parse(command->opts, argc, argv, &index, args, err) < 0)
            return -1;
        ended |= index > before && strcmp(argv[index - 1], "--") == 0;
        if (index < argc)
            argv[1 + count++] = argv[index++];
    }
    argv[1 + count] = NULL;
    return count;
}

static int wrong_count(
    const struct command *command, int count, char *const argv[], struct err *err)
{
    if (count < command->least)
        err_set(err, ERR_USAGE, "%s needs %s", command->name, command->operands);
    else if (command->operands)
        err_set(err, ERR_USAGE, "%s takes only %s, and '%s' is one word more", command->name,
            command->operands, argv[1 + command->most]);
    else
        err_set(err, ERR_USAGE, "%s takes no words, such as '%s'", command->name, argv[1]);
    return err_hint(err, "%s --help says what it takes", command->name);
}

static int read_words(
    const struct command *command, int *argc, char ***argv, void *args, struct err *err)
{
    int index = 1;

    if (!command->mixed) {
        if (opt_parse(command->opts, *argc, *argv, &index, args, err) < 0)
            return -1;
        *argc -= index;
        *argv += index;
        return 0;
    }
    int count = read_mixed(command, *argc, *argv, args, err);
    if (count < 0)
        return -1;
    if (count < command->least || count > command->most)
        return wrong_count(command, count, *argv, err);
    *argc = count;
    *argv += 1;
    return 0;
}

int command_run(const struct program *program, const struct command *command, int argc, char **argv,
    struct err *err)
{
    _Alignas(16) char args[ARGS_ROOM] = {0};
    int status = -1;

    if (argc > 1 && asks_help(command, argv[1])) {
        print_command(program, command);
        return 0;
    }
    if (command->args_size > sizeof(args))
        return err_set(err, ERR_SYS, "the options of %s need more room", command->name);
    if (read_words(command, &argc, &argv, args, err) == 0)
        status = command->run ? command->run(args, argc, argv, err)
                              : command_help(program, argc > 0 ? argv[0] : NULL, err);
    opt_free(command->opts, args);
    return status;
}
