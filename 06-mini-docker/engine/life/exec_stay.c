// SPDX-License-Identifier: MIT
/*
 * Who is there while a program runs that was added to a container. It is our child, and its streams
 * are ours; but where a person could leave it, with -d or with the detach keys, a keeper of ours is
 * its parent from the beginning (exec_keep.c), and tells us how it ended.
 */
#include "exec_stay.h"

#include "detach_keys.h"
#include "engine/show/events.h"
#include "exec_keep.h"

#include "runtime/attach.h"

#include "cleanup.h"

#include <string.h>

static void tell_event(const struct exec_events *events, const char *action, const char *exit_code)
{
    const struct event_attribute more[] = {
        {"execID", events->id}, {exit_code ? "exitCode" : NULL, exit_code}, {0}};

    event_container(events->store, events->record, action, more);
}

/* "exec_start: sh -c date" */
static void tell_command(const struct exec_events *events, const char *action)
{
    char text[sizeof(events->command) + 16];

    snprintf(text, sizeof(text), "%s: %s", action, events->command);
    tell_event(events, text, NULL);
}

void exec_events_started(const struct exec_events *events)
{
    tell_command(events, "exec_start");
}

void exec_events_ended(const struct exec_events *events, int status)
{
    char number[12];

    snprintf(number, sizeof(number), "%d", status);
    tell_event(events, "exec_die", number);
}

int exec_events_begin(struct exec_events *events, struct err *err)
{
    size_t used = 0;

    if (store_new_id(events->id, err) < 0)
        return -1;
    for (char *const *word = events->argv; *word && used < sizeof(events->command); word++)
        used += (size_t)snprintf(
            events->command + used, sizeof(events->command) - used, "%s%s", used ? " " : "", *word);
    tell_command(events, "exec_create");
    return 0;
}

static bool filter(void *arg, char *buffer, size_t *length)
{
    static char typed[STREAM_BUFFER];
    size_t count = *length;

    _Static_assert((int)DETACH_KEYS <= (int)STREAM_SPARE, "keys that were held have room");
    memcpy(typed, buffer, count);
    return detach_keys_filter(arg, typed, count, buffer, length);
}

/* It goes on, on a terminal that the keeper reads from now on. */
static int leave(
    const struct attach *attach, int keeper, const struct exec_events *events, struct err *err)
{
    if (exec_keep_terminal(keeper, attach->master, err) < 0)
        return -1;
    tell_event(events, "exec_detach", NULL);
    return err_refuse(err, 0, "read escape sequence");
}

static int start_program(
    struct enter *enter, const struct exec_events *events, int *ret_keeper, struct err *err)
{
    if (events->options->tty && events->options->interactive)
        return exec_keep(enter, events, ret_keeper, err);
    if (enter_start(enter, err) < 0)
        return -1;
    exec_events_started(events);
    return 0;
}

/* Its exit status. The keeper tells the others, and then us. */
static int ended(
    const struct enter *enter, const struct exec_events *events, int keeper, struct err *err)
{
    if (keeper >= 0)
        return exec_keep_wait(keeper, err);
    int status = spawn_wait(&enter->process, err);
    if (status >= 0)
        exec_events_ended(events, status);
    return status;
}

int exec_stay(struct enter *enter, const struct exec_events *events, struct err *err)
{
    static struct attach attach; /* its buffers are large for a stack */
    const struct exec_options *options = events->options;
    cleanup_close int keeper = -1;
    struct detach_keys keys;
    int status = -1;

    if (detach_keys_read(options->detach_keys, &keys, err) < 0 || attach_signals(&attach, err) < 0)
        return -1;
    attach.interactive = options->interactive;
    attach.terminal = options->tty;
    attach.typed = filter;
    attach.typed_arg = &keys;
    int result = attach_prepare(&attach, enter->stdio, &enter->console_socket, err);
    if (result == 0)
        result = start_program(enter, events, &keeper, err);
    if (result == 0)
        result = attach_follow(&attach, enter->process.pidfd, err);
    if (result == 0)
        status = ended(enter, events, keeper, err);
    if (result == ATTACH_LEFT)
        leave(&attach, keeper, events, err);
    attach_end(&attach);
    return status;
}
