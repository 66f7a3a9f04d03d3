// SPDX-License-Identifier: MIT
/*
 * mini-runc: an OCI runtime's command line. Options in front of the command are for all of them;
 * then the command's row is found and its words are read. Whatever fails ends here, as a message
 * for the person, a line in the log for the engine, and status 1, as with runc: the statuses above
 * it are a container's own.
 */
#include "commands.h"

#include "log.h"
#include "version.h"

#include "runtime/self.h"

#include "fsio.h"

#include <seccomp.h>
#include <signal.h>
#include <string.h>

#define AT(field) offsetof(struct globals, field)

static const struct opt GLOBALS[] = {
    {0, "root", "DIR", "where containers are kept; default /run/mini-runc", OPT_TEXT, AT(root)},
    {0, "log", "FILE", "add a line to it for each error", OPT_TEXT, AT(log)},
    {0, "log-format", "FORMAT", "text or json", OPT_TEXT, AT(log_format)},
    {0, "debug", NULL, "print each step, with its man page and its lab", OPT_FLAG, AT(debug)},
    {0, "cgroup-manager", "MANAGER", "cgroupfs, or disabled: the caller keeps the groups", OPT_TEXT,
        AT(cgroup_manager)},
    {0, "systemd-cgroup", NULL, "have systemd make the groups: refused", OPT_FLAG,
        AT(systemd_cgroup)},
    {0, "rootless", "WORD", "auto, true or false; it is found out by itself", OPT_TEXT,
        AT(rootless)},
    {'h', "help", NULL, "this", OPT_FLAG, AT(help)},
    {'v', "version", NULL, "the versions of this, of the specification, of libseccomp", OPT_FLAG,
        AT(version)},
    {0},
};

struct globals globals;

static const struct command *const COMMANDS[] = {
    &create_command,
    &start_command,
    &run_command,
    &exec_command,
    &state_command,
    &list_command,
    &ps_command,
    &kill_command,
    &pause_command,
    &resume_command,
    &update_command,
    &delete_command,
    &spec_command,
    &features_command,
    &command_help_row,
    NULL,
};

/* Their process, or a child of it, is inside a container at some time (runtime/self.h). */
static const struct command *const ENTERING[] = {
    &create_command,
    &run_command,
    &exec_command,
    NULL,
};

const struct program PROGRAM_TABLE = {
    .name = PROGRAM,
    .intro = "mini-runc: an OCI container runtime, for podman, containerd and Docker to drive\n"
             "\n"
             "Try it, in a directory of yours:\n"
             "  cp -a ~/labs/rootfs . && mini-runc spec      a root, and a config.json for it\n"
             "  sudo mini-runc run box                       a shell in a container named box\n"
             "\n"
             "Usage: mini-runc [OPTIONS] COMMAND [OPTIONS] [ARG...]",
    .outro = "Exit status: 0, or 1 with an error; of run and exec that stay, the container's own.",
    .globals = GLOBALS,
    .commands = COMMANDS,
};

static int fail(const struct err *err)
{
    log_error(err);
    return 1;
}

static int print_version(void)
{
    const struct scmp_version *seccomp = seccomp_version();

    printf(PROGRAM " version " VERSION "\nspec: " OCI_VERSION "\n");
    printf("libseccomp: %u.%u.%u\n", seccomp->major, seccomp->minor, seccomp->micro);
    return 0;
}

/* The value of a global option that is one of a few words. */
static int check_word(const char *option, const char *word, const char *const words[],
    const char *known, struct err *err)
{
    for (; word && *words; words++) {
        if (strcmp(word, *words) == 0)
            return 0;
    }
    if (!word)
        return 0;
    err_set(err, ERR_USAGE, "%s '%s' is none that is known", option, word);
    return err_hint(err, "it is %s", known);
}

static int check_globals(struct err *err)
{
    static const char *const managers[] = {"cgroupfs", "disabled", "systemd", NULL};
    static const char *const rootless[] = {"auto", "true", "false", NULL};

    return check_word("--cgroup-manager", globals.cgroup_manager, managers,
               "cgroupfs, disabled or systemd", err) < 0
               ? -1
               : check_word("--rootless", globals.rootless, rootless, "auto, true or false", err);
}

static bool enters(const struct command *command)
{
    for (const struct command *const *row = ENTERING; *row; row++) {
        if (*row == command)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    const struct command *command = NULL;
    struct err err, unlogged;
    int index = 1;

    fsio_fill_standard();
    /* what was read before a wrong word counts: the engine is told in the log that it named */
    int parsed = opt_parse(GLOBALS, argc, argv, &index, &globals, &err);
    if (log_open(globals.log, globals.log_format, &unlogged) < 0)
        return fail(&unlogged);
    if (parsed < 0 || check_globals(&err) < 0)
        return fail(&err);
    if (globals.version)
        return print_version();
    if (globals.help || index == argc)
        return command_help(&PROGRAM_TABLE, 0, NULL, &err);
    command = command_find(&PROGRAM_TABLE, argv[index]);
    if (command && enters(command) && self_protect(argv, &err) < 0)
        return fail(&err);
    signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would have the kernel take our children */
    int status = command ? command_run(&PROGRAM_TABLE, command, argc - index, argv + index, &err)
                         : command_unknown(&PROGRAM_TABLE, argv[index], &err);
    return status < 0 ? fail(&err) : status;
}
