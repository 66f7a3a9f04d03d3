// SPDX-License-Identifier: MIT
/*
 * mini-docker-registry: mini-docker starts it with the words of a `pull`, `push`, `login` or
 * `logout`; the words are read by the same table in both programs. With --error-fd the error is
 * handed back as it is (common/err.h), for mini-docker to print or to go on with.
 *
 * SIGINT and SIGTERM set a flag that all transfers look at, so that they end like any failure: what
 * has come stays for the next try, and what is in the making goes.
 */
#include "commands.h"

#include "version.h"

#include "fsio.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define AT(field) offsetof(struct registry_globals, field)

static const struct opt GLOBALS[] = {
    {0, "root", "DIR", "where images are kept, as mini-docker's --root", OPT_TEXT, AT(root)},
    {0, "error-fd", "N", "write an error to this descriptor, for mini-docker", OPT_UINT,
        AT(error_fd), .least = 3, .most = 1 << 20},
    {0, "stall", "SECONDS", "give up when no byte comes for so long; else 60", OPT_UINT,
        AT(stall_sec), .least = 1, .most = 86400},
    {'h', "help", NULL, "this", OPT_FLAG, AT(help)},
    {'v', "version", NULL, "the version", OPT_FLAG, AT(version)},
    {0},
};

struct registry_globals globals;

static const struct command *const COMMANDS[] = {&pull_command, &push_command, &login_command,
    &logout_command, &fetch_command, &command_help_row, NULL};

static const struct program PROGRAM_TABLE = {
    .name = "mini-docker-registry",
    .outro = "Exit status: 0, or 1 for an error, 125 for a wrong word, 130 after a signal.",
    .intro = "mini-docker-registry: the half of mini-docker that talks to registries.\n"
             "mini-docker starts it by itself; of people only `fetch` may be of use.\n"
             "\n"
             "Usage: mini-docker-registry [OPTIONS] COMMAND [ARG...]",
    .globals = GLOBALS,
    .commands = COMMANDS,
};

enum { EXIT_USAGE = 125, EXIT_STOPPED = 130 };

static int fail(struct err *err)
{
    fflush(stdout);
    if (globals.error_fd && write((int)globals.error_fd, err, sizeof(*err)) == sizeof(*err))
        return 1;
    err_print(stderr, PROGRAM, err);
    if (http_stopped)
        return EXIT_STOPPED;
    return err->kind == ERR_USAGE ? EXIT_USAGE : 1;
}

static void stop(int signal_number)
{
    (void)signal_number;
    http_stopped = 1;
}

static int run(int argc, char **argv, struct err *err)
{
    static char *help[] = {"help", NULL};
    struct command_place place = {0};

    if (globals.version)
        return puts("mini-docker-registry version " VERSION) < 0;
    if (globals.help || argc == 0) {
        argc = 1;
        argv = help;
    }
    if (command_resolve(&PROGRAM_TABLE, &argc, &argv, &place, err) < 0)
        return -1;
    return command_run(&place.program, place.command, argc, argv, err);
}

int main(int argc, char **argv)
{
    static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
    struct err err;
    int index = 1;

    fsio_fill_standard();
    for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
        sigaction(stopping[i], &(struct sigaction){.sa_handler = stop}, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (opt_parse(GLOBALS, argc, argv, &index, &globals, &err) < 0)
        return fail(&err);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_refuse(&err, 0, "libcurl cannot begin");
        return fail(&err);
    }
    int status = run(argc - index, argv + index, &err);
    return status < 0 ? fail(&err) : status;
}
