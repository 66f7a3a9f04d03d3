// SPDX-License-Identifier: MIT
/* exec: one more program in a container that runs. */
#include "commands.h"

#include "engine/life/exec_container.h"

#define AT(field) offsetof(struct exec_options, field)

static const struct opt OPTS[] = {
    {'d', "detach", NULL, "do not stay until it ends", OPT_FLAG, AT(detach)},
    {0, "detach-keys", "KEYS", "with -it, what leaves it running: ctrl-p,ctrl-q", OPT_TEXT,
        AT(detach_keys)},
    {'e', "env", "KEY=VALUE", "set a variable; KEY alone passes ours on", OPT_LIST, AT(env)},
    {0, "env-file", "FILE", "set the variables of a file, one a line", OPT_LIST, AT(env_file)},
    {'i', "interactive", NULL, "give it our standard input", OPT_FLAG, AT(interactive)},
    {0, "privileged", NULL, "give it all capabilities", OPT_FLAG, AT(privileged)},
    {'t', "tty", NULL, "give it a terminal of its own", OPT_FLAG, AT(tty)},
    {'u', "user", "USER[:GROUP]", "who it is inside: names or numbers", OPT_TEXT, AT(user)},
    {'w', "workdir", "DIR", "the directory it starts in", OPT_TEXT, AT(workdir)},
    {0},
};

static int exec_run(void *args, int argc, char **argv, struct err *err)
{
    struct exec_options *options = args;
    struct record record = {0};
    struct store store;

    options->argc = argc - 1;
    options->argv = argv + 1;
    options->explain = cli_explain();
    int result = cli_store(&store, err);
    if (result == 0)
        result = record_lookup(&store, argv[0], &record, err);
    if (result == 0)
        result = exec_container(&store, &record, options, err);
    record_free(&record);
    /* with -d there is no program's status that this one could be taken for: 1, as docker has it */
    if (result < 0 && options->detach && err->kind != ERR_USAGE && err->kind != ERR_REFUSED)
        err->kind = ERR_SYS;
    return result;
}

const struct command exec_command = {
    .name = "exec",
    .operands = "CONTAINER CMD [ARG...]",
    .summary = "Run one more program in a running container",
    .details = "What the options do not say is as the container's own program has it.",
    .least = 2,
    .opts = OPTS,
    .args_size = sizeof(struct exec_options),
    .run = exec_run,
};
