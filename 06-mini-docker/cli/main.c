// SPDX-License-Identifier: MIT
/*
 * mini-docker: the command line. It finds the command's row, has its options read, and turns an
 * error into the message and the exit status that a Docker user knows. The status follows from
 * err_kind alone, never from the text.
 */
#include "commands.h"

#include "runtime/self.h"

#include <signal.h>
#include <string.h>

static const struct command *const COMMANDS[] = {
    &run_command,
    &version_command,
    &command_help_row,
    &init_command,
    NULL,
};

const struct program PROGRAM_TABLE = {
    .name = PROGRAM,
    .intro = "mini-docker: containers without a daemon, in C, from the pieces of labs 01 to 05\n"
             "\n"
             "Try it:\n"
             "  sudo ./run run -it sh                        a shell in a container\n"
             "  sudo ./run run -m 100m --cpus 0.5 sh -c 'echo I am process $$'\n"
             "  sudo ./run run --explain true                every step, its man page and its lab\n"
             "\n"
             "Usage: mini-docker COMMAND [OPTIONS] [ARG...]",
    .outro =
        "Exit status: the container's own; 125 mini-docker's error, 126 the program cannot be\n"
        "run, 127 it was not found, 128+n signal n ended it.",
    .commands = COMMANDS,
};

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

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    struct err err;

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)
        word = "version";
    const struct command *command = command_find(&PROGRAM_TABLE, word);
    if (!command) {
        command_unknown(&PROGRAM_TABLE, word, &err);
        return fail(&err, NULL);
    }
    /* what enters a container runs from a file that nobody inside can write */
    if (command == &run_command && self_protect(argv, &err) < 0)
        return fail(&err, command);
    signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would have the kernel take our children */
    int status = command_run(
        &PROGRAM_TABLE, command, argc > 1 ? argc - 1 : argc, argc > 1 ? argv + 1 : argv, &err);
    return status < 0 ? fail(&err, command) : status;
}
