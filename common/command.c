// SPDX-License-Identifier: MIT
/*
 * What every program with commands does with its table: find the row, read the words into the row's
 * struct, print help. The options end at the first operand, so that `run sh -c x` leaves -c to sh;
 * a row may say that its operands are names only, and then options may follow them too.
 *
 * A group is looked through as a program of its own, whose name is longer: so its commands are
 * found, run and explained by the same functions.
 */
#include "command.h"

#include <limits.h>
#include <string.h>

enum { ARGS_ROOM = 2048 };

struct help_args {
    bool man;
};

static const struct opt HELP_OPTS[] = {
    {0, "man", NULL, "all of it as a manual page, for man(1)", OPT_FLAG,
        offsetof(struct help_args, man)},
    {0},
};

const struct command command_help_row = {
    .name = "help",
    .operands = "[COMMAND...]",
    .summary = "What there is, or all about one command",
    .opts = HELP_OPTS,
    .args_size = sizeof(struct help_args),
};

/* `help`, whose row knows no program. */
static int run_help(const struct program *program, const struct help_args *args, int argc,
    char **argv, struct err *err)
{
    if (!args->man)
        return command_help(program, argc, argv, err);
    command_man(stdout, program);
    return 0;
}

static bool is_called(const struct command *command, const char *name)
{
    size_t length = strlen(name);

    if (strcmp(command->name, name) == 0)
        return true;
    for (const char *at = command->aliases; at && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, name, n) == 0)
            return true;
        at += n;
    }
    return false;
}

const struct command *command_find(const struct program *program, const char *name)
{
    for (const struct command *const *row = program->commands; *row; row++) {
        if (is_called(*row, name))
            return *row;
    }
    return NULL;
}

/* "a, b and c" of all that is not hidden. Returns how many; what has no room is left out. */
static int list_names(const struct program *program, char *ret, size_t size)
{
    size_t used = 0, last = 0, end = 0;
    int count = 0;

    for (const struct command *const *row = program->commands; *row; row++) {
        if ((*row)->hidden || used >= size)
            continue;
        last = used;
        used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? ", " : "", (*row)->name);
        end = used;
        count++;
    }
    if (count > 1 && end + 3 < size) {
        memmove(ret + last + 5, ret + last + 2, end - last - 1);
        memcpy(ret + last, " and ", 5);
    }
    return count;
}

/* The command whose name begins most like the word, or NULL. */
static const struct command *nearest(const struct program *program, const char *word)
{
    const struct command *found = NULL;
    size_t best = 0;

    for (const struct command *const *row = program->commands; *row; row++) {
        size_t n = 0;
        while (word[n] && word[n] == (*row)->name[n])
            n++;
        if (n > best && !(*row)->hidden) {
            best = n;
            found = *row;
        }
    }
    return found;
}

int command_unknown(const struct program *program, const char *word, struct err *err)
{
    char names[300] = "";
    const struct command *meant = nearest(program, word);

    if (word[0] == '-')
        err_set(err, ERR_USAGE, "unknown option '%s'", word);
    else
        err_set(err, ERR_WORDS, "'%s' is not a %s command", word, program->name);
    if (list_names(program, names, sizeof(names)) <= 20)
        return err_hint(err, "the commands are %s; a command's options go behind it", names);
    if (meant && word[0] != '-')
        return err_hint(err, "did you mean %s? %s help lists all", meant->name, program->name);
    return err_hint(
        err, "%s help lists all commands; a command's options go behind it", program->name);
}

int command_resolve(const struct program *program, int *argc, char ***argv,
    struct command_place *ret, struct err *err)
{
    *ret = (struct command_place){.program = *program};
    snprintf(ret->name, sizeof(ret->name), "%s", program->name);
    for (;;) {
        size_t used = strlen(ret->name);
        ret->program.name = ret->name;
        ret->command = command_find(&ret->program, (*argv)[0]);
        if (!ret->command)
            return command_unknown(&ret->program, (*argv)[0], err);
        if (!ret->command->group || *argc < 2 || (*argv)[1][0] == '-')
            return 0;
        snprintf(ret->name + used, sizeof(ret->name) - used, " %s", ret->command->name);
        ret->program.commands = ret->command->group;
        ret->program.globals = NULL;
        --*argc;
        ++*argv;
    }
}

int command_help(const struct program *program, int argc, char **argv, struct err *err)
{
    struct command_place place;

    if (argc == 0) {
        command_print_all(program);
        return 0;
    }
    if (command_resolve(program, &argc, &argv, &place, err) < 0)
        return -1;
    if (argc > 1 && place.command->group)
        return command_unknown(&place.program, argv[1], err);
    command_print(&place.program, place.command);
    return 0;
}

/* -h too, where it means nothing else. */
static bool asks_help(const struct command *command, const char *word)
{
    return strcmp(word, "--help") == 0 ||
           (strcmp(word, "-h") == 0 && (command->group || !opt_find(command->opts, word)));
}

enum { WANTS_HELP = -2 };

/* opt_parse; WANTS_HELP where it has stopped at a --help that is no value of an option. */
static int read_options(const struct command *command, int argc, char *const argv[], int *index,
    void *args, struct err *err)
{
    if (opt_parse(command->opts, argc, argv, index, args, err) == 0)
        return 0;
    return *index < argc && strcmp(argv[*index], "--help") == 0 ? WANTS_HELP : -1;
}

/* Moves the operands to the front of argv, past argv[0]; returns how many, or -1, or WANTS_HELP. */
static int read_mixed(
    const struct command *command, int argc, char **argv, void *args, struct err *err)
{
    int index = 1, count = 0;
    bool ended = false;

    while (index < argc) {
        int before = index;
        int result = ended ? 0 : read_options(command, argc, argv, &index, args, err);
        if (result < 0)
            return result;
        ended |= index > before && strcmp(argv[index - 1], "--") == 0;
        if (index < argc)
            argv[1 + count++] = argv[index++];
    }
    argv[1 + count] = NULL;
    return count;
}

/* "at least 1 argument", "2 arguments", "at most 1 argument": as Docker says it. */
static void say_count(const struct command *command, char *ret, size_t size)
{
    int least = command->least, most = command->mixed ? command->most : INT_MAX;

    if (least == most)
        snprintf(ret, size, "%d argument%s", least, least == 1 ? "" : "s");
    else if (most == INT_MAX)
        snprintf(ret, size, "at least %d argument%s", least, least == 1 ? "" : "s");
    else if (least == 0)
        snprintf(ret, size, "at most %d argument%s", most, most == 1 ? "" : "s");
    else
        snprintf(ret, size, "at least %d and at most %d arguments", least, most);
}

static int wrong_count(const struct program *program, const struct command *command, int count,
    char *const argv[], struct err *err)
{
    char number[60];

    say_count(command, number, sizeof(number));
    if (command->mixed && command->most == 0)
        err_set(err, ERR_WORDS, "'%s %s' accepts no arguments", program->name, command->name);
    else
        err_set(err, ERR_WORDS, "'%s %s' requires %s", program->name, command->name, number);
    if (count < command->least)
        return err_hint(err, "behind its options it takes %s", command->operands);
    return err_hint(err, "behind its options it takes %s -> '%.80s' is one word more",
        command->operands ? command->operands : "nothing", argv[command->most]);
}

static int read_words(const struct program *program, const struct command *command, int *argc,
    char ***argv, void *args, struct err *err)
{
    int index = 1;

    if (!command->mixed) {
        int result = read_options(command, *argc, *argv, &index, args, err);
        if (result < 0)
            return result;
        *argc -= index;
        *argv += index;
        return *argc < command->least ? wrong_count(program, command, *argc, *argv, err) : 0;
    }
    int count = read_mixed(command, *argc, *argv, args, err);
    if (count < 0)
        return count;
    if (count < command->least || count > command->most)
        return wrong_count(program, command, count, *argv + 1, err);
    *argc = count;
    *argv += 1;
    return 0;
}

int command_run(const struct program *program, const struct command *command, int argc, char **argv,
    struct err *err)
{
    _Alignas(16) char args[ARGS_ROOM] = {0};
    int status = -1;

    if (command->group && argc > 1 && !asks_help(command, argv[1])) {
        struct program inner = {.name = command->name, .commands = command->group};
        return command_unknown(&inner, argv[1], err);
    }
    if (command->group || (argc > 1 && asks_help(command, argv[1]))) {
        command_print(program, command);
        return 0;
    }
    if (command->args_size > sizeof(args))
        return err_set(err, ERR_SYS, "the options of %s need more room", command->name);
    int result = read_words(program, command, &argc, &argv, args, err);
    if (result == WANTS_HELP) {
        command_print(program, command);
        status = 0;
    }
    if (result == 0)
        status = command->run ? command->run(args, argc, argv, err)
                              : run_help(program, (const struct help_args *)args, argc, argv, err);
    opt_free(command->opts, args);
    return status;
}
