// SPDX-License-Identifier: MIT
/* pause and resume: life_pause, with either answer. */
#include "commands.h"

#include "runtime/life.h"

static const struct opt OPTS[] = {{0}};

static int set_frozen(const char *id, bool pause, struct err *err)
{
    char root[PATH_MAX];

    return globals_root(root, err) < 0 ? -1 : life_pause(root, id, pause, err);
}

static int pause_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    (void)argc;
    return set_frozen(argv[0], true, err);
}

static int resume_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    (void)argc;
    return set_frozen(argv[0], false, err);
}

const struct command pause_command = {
    .name = "pause",
    .operands = "ID",
    .summary = "Stop every process of a container where it is",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = pause_run,
};

const struct command resume_command = {
    .name = "resume",
    .operands = "ID",
    .summary = "Let a paused container go on",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .run = resume_run,
};
