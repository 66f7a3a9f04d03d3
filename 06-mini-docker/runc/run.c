// SPDX-License-Identifier: MIT
/*
 * run: create and start in one, without the hold in between. In the foreground we stay: bytes and
 * signals are carried (runtime/attach.h), the program's status is ours, and the container goes when
 * it has ended. With --detach it is on its own, as after create and start.
 */
#include "create.h"

#include "log.h"

#include "runtime/attach.h"

#include "cleanup.h"

#include <unistd.h>

static const struct opt OPTS[] = {
    CREATE_OPTS,
    {'d', "detach", NULL, "do not stay until it ends", OPT_FLAG, CREATE_AT(detach)},
    {0, "keep", NULL, "do not remove it when it has ended", OPT_FLAG, CREATE_AT(keep)},
    {0, "no-subreaper", NULL, "we are none; here since runc has it", OPT_FLAG,
        CREATE_AT(no_subreaper)},
    {0},
};

/* life_run's question, once config.json says whether there is a terminal. */
static int prepare_streams(struct life_options *options, bool terminal, struct err *err)
{
    struct attach *attach = options->streams_arg;

    attach->terminal = terminal;
    if (terminal && ioctl(STDIN_FILENO, TIOCGWINSZ, options->console_size) < 0)
        options->console_size = NULL;
    return attach_prepare(attach, options->stdio, &options->console_socket, err);
}

static int stay(struct life *life, struct attach *attach, bool keep, struct err *err)
{
    struct err failure;
    int status = -1;

    if (attach_follow(attach, life->container.process.pidfd, err) == 0)
        status = container_wait(&life->container, err);
    attach_end(attach);
    if (keep && status >= 0)
        return status;
    if (life_end(life, &failure) < 0) {
        if (status >= 0)
            *err = failure;
        return -1;
    }
    return status;
}

static int run_run(void *args, int argc, char **argv, struct err *err)
{
    static struct life life; /* as the streams' buffers: large for a stack */
    static struct attach attach;
    const struct create_args *words = args;
    struct create_paths paths;
    struct life_options options;
    struct winsize size = {0};

    (void)argc;
    if (!words->detach && words->console_socket) {
        err_set(err, ERR_USAGE, "--console-socket without --detach");
        return err_hint(err, "in the foreground the terminal is carried to ours -> leave one out");
    }
    if (create_options(args, argv[0], &paths, &options, err) < 0)
        return -1;
    options.detach = words->detach;
    if (!words->detach) {
        if (attach_signals(&attach, err) < 0)
            return -1;
        attach.interactive = true;
        options.streams = prepare_streams;
        options.streams_arg = &attach;
        options.console_size = &size;
    }
    int result = life_run(&options, &life, err);
    if (result == 0 && !words->detach)
        result = stay(&life, &attach, words->keep, err);
    else if (!words->detach)
        attach_end(&attach);
    if (result >= 0 && life.warning.kind != ERR_NONE)
        log_warning(&life.warning);
    life_close(&life);
    close_fd(&options.console_socket);
    return result;
}

const struct command run_command = {
    .name = "run",
    .operands = "ID",
    .summary = "Create a container and run its program",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct create_args),
    .run = run_run,
};
