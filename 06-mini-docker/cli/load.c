// SPDX-License-Identifier: MIT
/* load: images out of an archive, Docker's or the OCI's. engine/images/image_load.c does the work.
 */
#include "image_commands.h"

#include "engine/images/image_load.h"

#include "cleanup.h"
#include "size.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct load_args {
    const char *input;
    bool quiet;
    uint64_t max_size;
};

#define AT(field) offsetof(struct load_args, field)

static const struct opt OPTS[] = {
    {'i', "input", "FILE", "the archive, or an OCI layout's directory; else standard input",
        OPT_TEXT, AT(input)},
    {'q', "quiet", NULL, "for Docker's sake: names alone are printed anyway", OPT_FLAG, AT(quiet)},
    CLI_MAX_SIZE(AT(max_size)),
    {0},
};

static void say(void *arg, const char *name, bool is_id)
{
    (void)arg;
    printf(is_id ? "Loaded image ID: %s\n" : "Loaded image: %s\n", name);
}

static int load_run(void *values, int argc, char **argv, struct err *err)
{
    struct load_args *args = values;
    const char *name = args->input ? args->input : "standard input";
    struct image_load load = {.limits = TAR_LIMITS, .loaded = say};
    cleanup_close int opened = -1;
    struct store store;

    (void)argc, (void)argv;
    if (args->max_size)
        load.limits.bytes = args->max_size;
    if (!args->input && isatty(STDIN_FILENO)) {
        err_refuse(err, EINVAL, "requested load from stdin, but stdin is empty");
        return err_hint(err, "a terminal has no archive -> -i FILE, or < FILE");
    }
    if (args->input) {
        opened = open(args->input, O_RDONLY | O_CLOEXEC);
        if (opened < 0)
            return err_sys(err, "open %s", args->input);
    }
    if (cli_store(&store, err) < 0)
        return -1;
    return image_load(&store, args->input ? opened : STDIN_FILENO, name, &load, err);
}

const struct command load_command = {
    .name = "load",
    .summary = "Load images from an archive: docker save's, or an OCI image layout's",
    .mixed = true,
    .opts = OPTS,
    .args_size = sizeof(struct load_args),
    .run = load_run,
};
