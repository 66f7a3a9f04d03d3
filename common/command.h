/* SPDX-License-Identifier: MIT */
/*
 * command: a program of many commands, `mini-docker run`, each with one table of options.
 *
 * A row says what a command is called, takes and does; the parsing, --help and the list of commands
 * follow from the rows. common/ knows no command: each program has its table.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include "err.h"
#include "opt.h"

#include <stdbool.h>

struct command {
    const char *name;
    const char *operands; /* what follows the options: "CMD [ARG...]"; NULL: nothing */
    const char *summary;  /* one line */
    const char *details;  /* more for --help, or NULL */
    const char *aliases;  /* other names for it, "list ps", or NULL */
    bool hidden;          /* not listed: it is for the program itself */
    bool mixed;           /* options may also stand behind operands, as in `rm DIR -r` */
    int least, most;      /* how many operands `mixed` takes; without it only `least` counts */
    const struct opt *opts;
    size_t args_size; /* of the struct that opts describes; it is zeroed first; 2048 at most */
    /*
     * args: what the options said. argv: the words that follow them, ending with NULL.
     * Returns the exit status, or -1 with *err.
     */
    int (*run)(void *args, int argc, char **argv, struct err *err);
    /*
     * A group, `mini-docker network`: its commands, ending with NULL. Of its row only name and
     * summary count besides. A command may stand in a group and in the program, by the same row.
     */
    const struct command *const *group;
};

/* `help [COMMAND...]`, for any table: its run is NULL, since only command_run knows the program. */
extern const struct command command_help_row;

struct program {
    const char *name;                      /* "mini-docker" */
    const char *intro;                     /* what --help begins with */
    const char *outro;                     /* and ends with */
    const struct opt *globals;             /* options in front of the command, or NULL */
    const struct command *const *commands; /* in the order of --help, ending with NULL */
};

/* The command of this name or alias, or NULL. */
const struct command *command_find(const struct program *program, const char *name);

/* A command and where it was found: for one of a group, a program of that group alone. */
struct command_place {
    const struct command *command;
    struct program program;
    char name[64]; /* of that program: "mini-docker network" */
};

/*
 * Find the command that argv begins with, through its groups; *argc and *argv are moved on to its
 * own name. A group without a word behind it is a command itself, which prints its help.
 * Errors: ERR_WORDS, no such command.
 */
int command_resolve(const struct program *program, int *argc, char ***argv,
    struct command_place *ret, struct err *err);

/* Fill *err for a word that is none of the commands: ERR_WORDS. Always returns -1. */
int command_unknown(const struct program *program, const char *word, struct err *err);

/*
 * Read the command's options and run it; argv[0] is its name. `NAME --help` prints its help.
 * Returns the exit status, or -1 with *err: ERR_USAGE for a wrong option, ERR_WORDS for too few or
 * too many words, else what the command says.
 */
int command_run(const struct program *program, const struct command *command, int argc, char **argv,
    struct err *err);

/* Print what `PROGRAM help WORD...` says; without a word: about the program. Errors: no such
 * command. */
int command_help(const struct program *program, int argc, char **argv, struct err *err);

/* Write the manual page, as man(1) reads it: `PROGRAM help --man` (command_man.c). */
void command_man(FILE *out, const struct program *program);

/*
 * For a shell's Tab: argv are the words behind the program's name, the last of them (maybe "") is
 * being typed. Prints what can stand there of commands and options, "NAME<tab>WHAT IT IS" a line.
 * Returns 1 where a value is expected that only the program knows, and in ret the word that --help
 * has for it: "CONTAINER", "DIR" (command_complete.c).
 */
int command_complete(const struct program *program, int argc, char **argv, char ret[64]);

/* Print the help of a command or a group, or of the program (command_help.c). */
void command_print(const struct program *program, const struct command *command);
void command_print_all(const struct program *program);

#endif
