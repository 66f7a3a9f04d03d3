// SPDX-License-Identifier: MIT
/* run: a container from start to end. The words are Docker's; engine/run.c does the work. */
#include "commands.h"

#include "engine/run.h"

#define AT(field) offsetof(struct run_options, field)

static const struct opt OPTS[] = {
    {'i', "interactive", NULL, "give the container our standard input", OPT_FLAG, AT(interactive)},
    {'t', "tty", NULL, "give it a terminal of its own", OPT_FLAG, AT(tty)},
    {0, "rm", NULL, "remove it when it ends (it always is, for now)", OPT_FLAG, AT(remove)},
    {0, "rootfs", "DIR", "its root; without it, a busybox that no run can change", OPT_TEXT,
        AT(rootfs)},
    {0, "read-only", NULL, "its root cannot be written to", OPT_FLAG, AT(read_only)},
    {'m', "memory", "SIZE", "memory limit, 6m at least: 100m, 1.5g", OPT_TEXT, AT(memory)},
    {0, "cpus", "N", "how many CPUs it may use at once: 0.5", OPT_TEXT, AT(cpus)},
    {0, "pids-limit", "N", "how many processes it may have; -1: no limit", OPT_TEXT,
        AT(pids_limit)},
    {'e', "env", "KEY=VALUE", "set a variable; KEY alone passes ours on", OPT_LIST, AT(env)},
    {'w', "workdir", "DIR", "the directory that the program starts in", OPT_TEXT, AT(workdir)},
    {'h', "hostname", "NAME", "its host name; else 12 hex digits of its ID", OPT_TEXT,
        AT(hostname)},
    {'u', "user", "USER[:GROUP]", "who the program is inside: names or numbers", OPT_TEXT,
        AT(user)},
    {0, "init", NULL, "put a small init before the program, to reap what it leaves", OPT_FLAG,
        AT(init)},
    {0, "cap-add", "CAPABILITY", "give it one more: NET_ADMIN, or ALL", OPT_LIST, AT(cap_add)},
    {0, "cap-drop", "CAPABILITY", "take one away, or ALL", OPT_LIST, AT(cap_drop)},
    {0, "security-opt", "OPTION", "no-new-privileges, seccomp=unconfined or seccomp=FILE", OPT_LIST,
        AT(security_opts)},
    {0, "explain", NULL, "print each step, with its man page and its lab", OPT_FLAG, AT(explain)},
    {0},
};

static int run_run(void *args, int argc, char **argv, struct err *err)
{
    struct run_options *options = args;

    options->argc = argc;
    options->argv = argv;
    options->explain |= globals.explain;
    return engine_run(options, err);
}

const struct command run_command = {
    .name = "run",
    .operands = "CMD [ARG...]",
    .summary = "Run a program in a new container",
    .details =
        "Without --rootfs the root is the built-in busybox; what is written there is gone with\n"
        "the container. With --rootfs DIR the container works in DIR itself.\n"
        "\n"
        "As root, the container's root is the host's root without most of its rights. As an\n"
        "ordinary user, it is rootless by itself: a user namespace in which you are root, or with\n"
        "--user the user you name. Limits then need a group that was delegated to you.",
    .opts = OPTS,
    .args_size = sizeof(struct run_options),
    .run = run_run,
};
