// SPDX-License-Identifier: MIT
/* save: images into an archive, which appears whole under its name or not at all. */
#include "image_commands.h"

#include "engine/images/image_save.h"

#include <errno.h>
#include <string.h>

struct save_args {
    const char *output, *format;
};

static const struct opt OPTS[] = {
    {'o', "output", "FILE", "where to; else standard output", OPT_TEXT,
        offsetof(struct save_args, output)},
    {0, "format", "FORM", "docker (an OCI layout as well; the default), or oci alone", OPT_TEXT,
        offsetof(struct save_args, format)},
    {0},
};

struct job {
    const struct store *store;
    char *const *words;
    bool docker;
};

static int write_images(int fd, const char *name, void *arg, struct err *err)
{
    const struct job *job = arg;

    return image_save(job->store, job->words, fd, name, job->docker, err);
}

static int save_run(void *values, int argc, char **argv, struct err *err)
{
    const struct save_args *args = values;
    bool docker = !args->format || strcmp(args->format, "docker") == 0;
    struct store store;

    (void)argc;
    if (!docker && strcmp(args->format, "oci") != 0) {
        err_refuse(err, EINVAL, "--format '%s' is not known", args->format);
        return err_hint(err, "accepted: docker, oci");
    }
    if (cli_store(&store, err) < 0)
        return -1;
    return cli_output(args->output, write_images, &(struct job){&store, argv, docker}, err);
}

const struct command save_command = {
    .name = "save",
    .operands = "IMAGE [IMAGE...]",
    .summary = "Save images to an archive that docker load, skopeo and others read",
    .mixed = true,
    .least = 1,
    .most = INT_MAX,
    .opts = OPTS,
    .args_size = sizeof(struct save_args),
    .run = save_run,
};
