// SPDX-License-Identifier: MIT
/* stop, restart, kill, pause and unpause: one call of engine/life/control.h each, for each
 * container. */
#include "each.h"

#include "engine/life/control.h"
#include "engine/life/start.h"
#include "engine/show/events.h"

#include "signals.h"
#include "size.h"

#include <limits.h>
#include <string.h>

struct stop_args {
    const char *signal, *time;
};

static const struct opt STOP_OPTS[] = {
    {'s', "signal", "SIGNAL", "ask it by this one, by name or number; else its own", OPT_TEXT,
        offsetof(struct stop_args, signal)},
    {'t', "timeout", "SECONDS", "wait so long before it is killed; -1: for ever", OPT_TEXT,
        offsetof(struct stop_args, time)},
    {0, "time", "SECONDS", NULL, OPT_TEXT, offsetof(struct stop_args, time)},
    {0},
};

struct stopping {
    const char *signal; /* or NULL: its own */
    int seconds;
    const int *given; /* to seconds, or NULL */
    bool keep;        /* with --rm as well */
};

static int read_stop(const struct stop_args *args, struct stopping *ret, struct err *err)
{
    uint64_t seconds = 0;
    int signal;

    *ret =
        (struct stopping){args->signal, CONTROL_FOR_EVER, args->time ? &ret->seconds : NULL, false};
    if (args->signal && signals_sent(args->signal, &signal, err) < 0)
        return -1;
    if (!args->time || strcmp(args->time, "-1") == 0)
        return 0;
    if (size_parse_u64("--timeout", args->time, 0, INT_MAX / 1000, &seconds, err) < 0)
        return -1;
    ret->seconds = (int)seconds;
    return 0;
}

static int stop_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    const struct stopping *stopping = arg;
    struct record asked = *record; /* its memory stays the caller's */

    if (stopping->signal)
        asked.config.stop_signal = stopping->signal;
    return control_stop(
        store, &asked, control_timeout(record, stopping->given), stopping->keep, err);
}

static int stop_run(void *args, int argc, char **argv, struct err *err)
{
    struct stopping stopping;

    if (read_stop(args, &stopping, err) < 0)
        return -1;
    return cli_each_at_once(argc, argv, stop_one, &stopping, err);
}

static int restart_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    struct monitor_options options = {.explain = cli_explain()};
    int client;

    if (stop_one(store, record, arg, err) < 0 ||
        start_container(store, record, NULL, &options, &client, err) < 0)
        return -1;
    event_container(store, record, "restart", NULL);
    return 0;
}

static int restart_run(void *args, int argc, char **argv, struct err *err)
{
    struct stopping stopping;

    if (read_stop(args, &stopping, err) < 0)
        return -1;
    stopping.keep = true;
    return cli_each_at_once(argc, argv, restart_one, &stopping, err);
}

struct kill_args {
    const char *signal;
};

static const struct opt KILL_OPTS[] = {
    {'s', "signal", "SIGNAL", "the signal, by name or number; KILL", OPT_TEXT,
        offsetof(struct kill_args, signal)},
    {0},
};

static int kill_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    return control_kill(store, record, *(const int *)arg, err);
}

static int kill_run(void *args, int argc, char **argv, struct err *err)
{
    const struct kill_args *options = args;
    int signal;

    if (signals_sent(options->signal ? options->signal : "KILL", &signal, err) < 0)
        return -1;
    return cli_each(argc, argv, kill_one, &signal, err);
}

static int pause_one(
    const struct store *store, const struct record *record, void *arg, struct err *err)
{
    return control_pause(store, record, *(const bool *)arg, err);
}

static int pause_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    return cli_each(argc, argv, pause_one, &(bool){true}, err);
}

static int unpause_run(void *args, int argc, char **argv, struct err *err)
{
    (void)args;
    return cli_each(argc, argv, pause_one, &(bool){false}, err);
}

static const struct opt NO_OPTS[] = {{0}};

#define ROW(variable, word, text, options, size, function)                                         \
    const struct command variable = {                                                              \
        .name = (word),                                                                            \
        .operands = "CONTAINER [CONTAINER...]",                                                    \
        .summary = (text),                                                                         \
        .mixed = true,                                                                             \
        .least = 1,                                                                                \
        .most = INT_MAX,                                                                           \
        .opts = (options),                                                                         \
        .args_size = (size),                                                                       \
        .run = (function),                                                                         \
    }

ROW(stop_command, "stop", "Stop running containers: TERM, and after 10 seconds KILL", STOP_OPTS,
    sizeof(struct stop_args), stop_run);
ROW(restart_command, "restart", "Stop containers and start them again", STOP_OPTS,
    sizeof(struct stop_args), restart_run);
ROW(kill_command, "kill", "Send a signal to running containers: KILL, or another", KILL_OPTS,
    sizeof(struct kill_args), kill_run);
ROW(pause_command, "pause", "Stop all processes of containers where they are", NO_OPTS, 0,
    pause_run);
ROW(unpause_command, "unpause", "Let paused containers go on", NO_OPTS, 0, unpause_run);
