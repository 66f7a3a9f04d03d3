// SPDX-License-Identifier: MIT
/* save: images into an archive, which appears whole under its name or not at all. */
#include "image_commands.h"

#include "engine/image_save.h"

#include "cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

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

/* Beside it first, then in its place. */
static int save_to_file(
    const struct store *store, char *const words[], const char *path, bool docker, struct err *err)
{
    char fresh[PATH_MAX];

    snprintf(fresh, sizeof(fresh), "%.*s.XXXXXX", PATH_MAX - 16, path);
    cleanup_close int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot make %s", path);
    int result = image_save(store, words, fd, path, docker, err);
    mode_t mask = umask(0);
    umask(mask);
    if (result == 0 && (fchmod(fd, 0666 & ~mask) < 0 || rename(fresh, path) < 0))
        result = err_sys(err, "cannot make %s", path);
    if (result < 0)
        unlink(fresh);
    return result;
}

static int save_run(void *values, int argc, char **argv, struct err *err)
{
    const struct save_args *args = values;
    bool docker = !args->format || strcmp(args->format, "docker") == 0;
    struct store store;
    struct stat st;

    (void)argc;
    if (!docker && strcmp(args->format, "oci") != 0) {
        err_set(err, ERR_USAGE, "--format '%s' is not known", args->format);
        return err_hint(err, "accepted: docker, oci");
    }
    if (!args->output && isatty(STDOUT_FILENO)) {
        err_set(err, ERR_USAGE, "cowardly refusing to save to a terminal");
        return err_hint(err, "an archive is no text -> -o FILE, or > FILE");
    }
    if (cli_store(&store, err) < 0)
        return -1;
    if (!args->output)
        return image_save(&store, argv, STDOUT_FILENO, "standard output", docker, err);
    if (stat(args->output, &st) < 0 || S_ISREG(st.st_mode))
        return save_to_file(&store, argv, args->output, docker, err);
    cleanup_close int fd = open(args->output, O_WRONLY | O_CLOEXEC); /* a device, a FIFO */
    if (fd < 0)
        return err_sys(err, "cannot open %s", args->output);
    return image_save(&store, argv, fd, args->output, docker, err);
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
