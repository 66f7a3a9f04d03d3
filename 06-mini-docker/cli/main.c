// SPDX-License-Identifier: MIT
/*
 * mini-docker: the command line. It finds the command's row, has its options read, and turns an
 * error into the message and the exit status that a Docker user knows. The status follows from the
 * kind of an error and at most its number, never from the text.
 */
#include "commands.h"
#include "image_commands.h"
#include "show_commands.h"

#include "engine/network/network_note.h"
#include "runtime/self.h"

#include "fsio.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define AT(field) offsetof(struct globals, field)

static const struct opt GLOBALS[] = {
    {0, "root", "DIR", "where images, containers, networks and volumes are kept", OPT_TEXT,
        AT(root)},
    {0, "explain", NULL, "print each step, with its man page and its lab", OPT_FLAG, AT(explain)},
    {'h', "help", NULL, "this", OPT_FLAG, AT(help)},
    {'v', "version", NULL, "the version, and what the host offers", OPT_FLAG, AT(version)},
    {0},
};

struct globals globals;

static const struct command *const COMMANDS[] = {
    &run_command,
    &create_command,
    &commit_command,
    &build_command,
    &rm_command,
    &rename_command,
    &update_command,
    &cp_command,
    &diff_command,
    &ps_command,
    &inspect_command,
    &top_command,
    &stats_command,
    &tree_command,
    &port_command,
    &start_command,
    &exec_command,
    &stop_command,
    &restart_command,
    &kill_command,
    &wait_command,
    &attach_command,
    &logs_command,
    &pause_command,
    &unpause_command,
    &events_command,
    &info_command,
    &version_command,
    &completion_command,
    &complete_command,
    &command_help_row,
    &export_command,
    &history_command,
    &images_command,
    &import_command,
    &load_command,
    &login_command,
    &logout_command,
    &pull_command,
    &push_command,
    &rmi_command,
    &save_command,
    &tag_command,
    &builder_group,
    &container_group,
    &image_group,
    &network_group,
    &system_group,
    &volume_group,
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
    .globals = GLOBALS,
    .commands = COMMANDS,
};

/* Their process, or a child of it, is inside a container at some time (runtime/self.h). */
static const struct command *const ENTERING[] = {
    &run_command, &start_command, &restart_command, &exec_command, &build_command, NULL};

/* Of these whatever goes wrong is 125, so that it is not taken for the program's own status. */
static const struct command *const RUNNING[] = {&run_command, NULL};

static bool is_among(const struct command *command, const struct command *const *rows)
{
    while (*rows && *rows != command)
        rows++;
    return *rows != NULL;
}

/* Of a template that cannot be read, where docker's client has it so. */
enum { EXIT_TEMPLATE = 64 };

static int fail(struct err *err, const struct command_place *place)
{
    const struct command *command = place->command;

    fflush(stdout);
    cli_why(err);
    err_print(stderr, PROGRAM, err);
    if (err->kind == ERR_USAGE || err->kind == ERR_WORDS)
        fprintf(stderr, "Run '%s%s%s --help' for more information\n",
            place->program.name ? place->program.name : PROGRAM, command ? " " : "",
            command ? command->name : "");
    switch (err->kind) {
    case ERR_NOT_EXECUTABLE:
        return EXIT_NOT_EXECUTABLE;
    case ERR_NOT_FOUND:
        return EXIT_COMMAND_NOT_FOUND;
    case ERR_USAGE:
        return EXIT_ENGINE;
    case ERR_WORDS:
        return 1;
    default:
        /* where -t has no terminal nothing was tried yet: 1, as Docker's client has it */
        if (err->code == ENOTTY)
            return 1;
        if (err->code == EBADMSG && err->kind == ERR_REFUSED)
            return EXIT_TEMPLATE; /* show_begin's */
        return !command || is_among(command, RUNNING) ? EXIT_ENGINE : 1;
    }
}

static void say_note(const char *note)
{
    fprintf(stderr, PROGRAM ": note: %s\n", note);
}

int main(int argc, char **argv)
{
    static char *help[] = {"help", NULL}, *version[] = {"version", NULL};
    char *const *all = argv;
    struct command_place place = {0};
    struct err err;
    int index = 1;

    fsio_fill_standard();
    if (opt_parse(GLOBALS, argc, argv, &index, &globals, &err) < 0)
        return fail(&err, &place);
    argc -= index;
    argv += index;
    if (globals.help || globals.version || argc == 0) {
        argc = 1;
        argv = globals.version ? version : help;
    }
    if (command_resolve(&PROGRAM_TABLE, &argc, &argv, &place, &err) < 0)
        return fail(&err, &place);
    /* what enters a container runs from a file that nobody inside can write */
    if (is_among(place.command, ENTERING) && self_protect(all, &err) < 0)
        return fail(&err, &place);
    network_note_tell(say_note);
    signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would have the kernel take our children */
    int status = command_run(&place.program, place.command, argc, argv, &err);
    /* half of an answer is a wrong one: a disk may be full */
    if (status == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        status = err_set(&err, ERR_SYS, "cannot write standard output");
    return status < 0 ? fail(&err, &place) : status;
}
