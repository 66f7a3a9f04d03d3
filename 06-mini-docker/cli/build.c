// SPDX-License-Identifier: MIT
/* build, and the group `builder`: an image out of a Dockerfile; engine/build/build.c does the work.
 */
#include "create_options.h"
#include "image_commands.h"
#include "prune.h"

#include "engine/build/build.h"

#include "fsio.h"

#include <string.h>

#define AT(field)  offsetof(struct build_options, field)
#define RUN(field) offsetof(struct build_options, run.field)

static const struct opt OPTS[] = {
    {'t', "tag", "NAME[:TAG]", "the image's name; several are possible", OPT_LIST, AT(tags)},
    {'f', "file", "FILE", "the Dockerfile, else CONTEXT/Dockerfile; -: standard input", OPT_TEXT,
        AT(file)},
    {0, "build-arg", "KEY=VALUE", "the value of an ARG; KEY alone passes ours on", OPT_LIST,
        AT(args)},
    {0, "target", "STAGE", "build this stage, and not the last", OPT_TEXT, AT(target)},
    {0, "label", "KEY=VALUE", "a label of the image", OPT_LIST, AT(labels)},
    {0, "secret", "id=ID,src=FILE", "a file that RUN --mount=type=secret can see", OPT_LIST,
        AT(secrets)},
    {0, "no-cache", NULL, "do all steps again", OPT_FLAG, AT(no_cache)},
    {0, "pull", NULL, "ask the registry for newer images", OPT_FLAG, AT(pull)},
    {0, "platform", "PLATFORM", "this machine's, linux/amd64, is the only one", OPT_TEXT,
        AT(platform)},
    {0, "iidfile", "FILE", "write the image's ID to a file", OPT_TEXT, AT(iidfile)},
    {'o', "output", "DEST", "no image, but its files: a directory, or - for a tar", OPT_TEXT,
        AT(output)},
    {'q', "quiet", NULL, "print the image's ID, and nothing else", OPT_FLAG, AT(quiet)},
    {0, "progress", "HOW", "plain; auto and tty are the same: lines", OPT_TEXT, AT(progress)},
    {0, "network", "NETWORK", "what RUN has: bridge, none, host, or a network of yours", OPT_LIST,
        RUN(networks)},
    {0, "add-host", "NAME:IP", "one more line for the /etc/hosts of RUN", OPT_LIST, RUN(add_host)},
    {0, "ulimit", "NAME=SOFT[:HARD]", "a resource limit for RUN: nofile=1024:2048", OPT_LIST,
        RUN(ulimit)},
    {0, "shm-size", "SIZE", "size of the /dev/shm of RUN: 64m", OPT_TEXT, RUN(shm_size)},
    {'m', "memory", "SIZE", "memory limit for RUN: 100m, 1.5g", OPT_TEXT, RUN(memory)},
    {0, "memory-swap", "SIZE", "memory and swap together; -1: no limit", OPT_TEXT,
        RUN(memory_swap)},
    {'c', "cpu-shares", "N", "the weight of RUN where CPUs are short", OPT_TEXT, RUN(cpu_shares)},
    {0, "cpuset-cpus", "LIST", "the CPUs that RUN may use: 0-3, 0,1", OPT_TEXT, RUN(cpuset_cpus)},
    {0, "rm", NULL, "for Docker's sake: a step's container always goes", OPT_FLAG, AT(for_docker)},
    /* and, not listed, what in scripts stands for what is so here anyway, or only makes it faster
     */
    {0, "force-rm", NULL, NULL, OPT_FLAG, AT(for_docker)},
    {0, "load", NULL, NULL, OPT_FLAG, AT(for_docker)},
    {0, "compress", NULL, NULL, OPT_FLAG, AT(for_docker)},
    {0, "cache-from", "IMAGE", NULL, OPT_TEXT, AT(ignored)},
    {0, "cache-to", "IMAGE", NULL, OPT_TEXT, AT(ignored)},
    {0, "provenance", "HOW", NULL, OPT_TEXT, AT(ignored)},
    {0, "sbom", "HOW", NULL, OPT_TEXT, AT(ignored)},
    {0},
};

static int check_progress(const char *word, struct err *err)
{
    static const char *const words[] = {"auto", "plain", "tty", NULL};
    const char *const *at = words;

    while (word && *at && strcmp(*at, word) != 0)
        at++;
    return *at ? 0
               : err_set(err, ERR_USAGE, "invalid progress mode %.40s: accepted: auto, plain, tty",
                     word);
}

static int build_command_run(void *args, int argc, char **argv, struct err *err)
{
    struct build_options *options = args;
    char id[DIGEST_TEXT];
    struct store store;

    (void)argc;
    options->context = argv[0];
    options->explain = cli_explain();
    options->out = options->quiet ? NULL : stderr;
    if (check_progress(options->progress, err) < 0 || cli_store(&store, err) < 0 ||
        build(&store, options, id, err) < 0)
        return -1;
    if (options->quiet && id[0])
        puts(id);
    return options->iidfile && id[0] ? fsio_create(err, NULL, options->iidfile, id) : 0;
}

const struct command build_command = {
    .name = "build",
    .operands = "CONTEXT",
    .summary = "Build an image from a Dockerfile",
    .details = "CONTEXT is a directory; - takes an archive, or a Dockerfile alone, from standard\n"
               "input. A step that was done before, on the same image and with the same files,\n"
               "is not done again.",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct build_options),
    .run = build_command_run,
};

static const struct command *const BUILDER[] = {
    &build_command,
    &builder_prune_command,
    NULL,
};

const struct command builder_group = {
    .name = "builder",
    .summary = "Manage builds",
    .group = BUILDER,
};
