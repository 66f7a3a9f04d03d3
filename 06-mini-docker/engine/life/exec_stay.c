// SPDX-License-Identifier: MIT
/*
 * Who is there while a program runs that was added to a container. With us it is our child, and its
 * streams are ours. With -d a child of ours, the keeper, becomes its parent and stays behind: there
 * is no daemon, and only a parent gets an exit status, which `events` is to tell. And who leaves
 * with the detach keys leaves a keeper of its terminal: without one it would get SIGHUP. That
 * keeper is no parent, and so the end of such a program is told by nobody.
 *
 * What must hold: a keeper has nothing of the caller's but /dev/null, or the caller's pipes would
 * not end with the caller.
 */
#include "exec_stay.h"

#include "detach_keys.h"
#include "engine/show/events.h"

#include "runtime/attach.h"

#include "cleanup.h"
#include "sock.h"
#include "sync.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const struct exec_events *events, const char *action, const char *exit_code)
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
    tell(events, text, NULL);
}

void exec_events_started(const struct exec_events *events)
{
    tell_command(events, "exec_start");
}

void exec_events_ended(const struct exec_events *events, int status)
{
    char number[12];

    snprintf(number, sizeof(number), "%d", status);
    tell(events, "exec_die", number);
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

/* The child has no descriptor of ours from 3 on, but those that are kept. */
static void become_keeper(int *first, int *second)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int *const kept[] = {first, second};

    setsid();
    prctl(PR_SET_NAME, "mini-exec");
    if (chdir("/") < 0)
        _exit(1);
    for (int fd = 0; fd <= 2; fd++)
        dup2(null, fd);
    /* first out of the way, then to where they stay */
    for (int i = 0; i < 2; i++)
        *kept[i] = *kept[i] >= 0 ? fcntl(*kept[i], F_DUPFD_CLOEXEC, 16) : -1;
    for (int i = 0; i < 2; i++)
        *kept[i] = *kept[i] >= 0 ? dup3(*kept[i], 3 + i, O_CLOEXEC) : -1;
    syscall(SYS_close_range, 5, ~0U, 0);
}

/* A terminal must have somebody who reads what is written to it, as long as the program runs. */
static void drain(int master, int pidfd)
{
    char buffer[4096];
    struct pollfd polls[] = {{.fd = master, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};

    while (!polls[1].revents && poll(polls, 2, -1) >= 0) {
        if (polls[0].revents && read(master, buffer, sizeof(buffer)) <= 0)
            polls[0].fd = -1;
    }
}

static int leave(
    struct attach *attach, struct enter *enter, const struct exec_events *events, struct err *err)
{
    pid_t keeper = fork();

    if (keeper == 0) {
        become_keeper(&attach->master, &enter->process.pidfd);
        drain(attach->master, enter->process.pidfd);
        _exit(0);
    }
    if (keeper < 0)
        return err_sys(err, "cannot leave a process behind that reads the terminal");
    tell(events, "exec_detach", NULL);
    return err_refuse(err, 0, "read escape sequence");
}

static bool filter(void *arg, char *buffer, size_t *length)
{
    static char typed[STREAM_BUFFER];
    size_t count = *length;

    _Static_assert((int)DETACH_KEYS <= (int)STREAM_SPARE, "keys that were held have room");
    memcpy(typed, buffer, count);
    return detach_keys_filter(arg, typed, count, buffer, length);
}

int exec_stay(struct enter *enter, const struct exec_events *events, struct err *err)
{
    static struct attach attach; /* its buffers are large for a stack */
    const struct exec_options *options = events->options;
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
        result = enter_start(enter, err);
    if (result == 0) {
        exec_events_started(events);
        result = attach_follow(&attach, enter->process.pidfd, err);
    }
    if (result == 0 && (status = spawn_wait(&enter->process, err)) >= 0)
        exec_events_ended(events, status);
    if (result == ATTACH_LEFT)
        leave(&attach, enter, events, err);
    attach_end(&attach);
    return status;
}

/* The keeper's start: what the command waits for. */
static int begin(
    struct enter *enter, const struct exec_options *options, int *ret_master, struct err *err)
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int ends[2] = {-1, -1};

    *ret_master = -1;
    for (int i = 0; i < 3; i++)
        enter->stdio[i] = null;
    if (null < 0)
        return err_sys(err, "cannot open /dev/null");
    if (options->tty && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return err_sys(err, "cannot make a socket for the terminal");
    enter->console_socket = ends[1];
    int result = enter_start(enter, err);
    if (result == 0 && options->tty)
        result = sock_receive_fd(ends[0], "the terminal", ret_master, err);
    cleanup_close_fn(&ends[0]);
    cleanup_close_fn(&ends[1]);
    return result;
}

static _Noreturn void keep(
    struct enter *enter, const struct exec_events *events, struct sync *starter)
{
    struct err err;
    int master, status;

    sync_child(starter);
    if (begin(enter, events->options, &master, &err) < 0) {
        sync_fail(starter, &err);
        _exit(1);
    }
    exec_events_started(events);
    sync_signal(starter, &err);
    become_keeper(&master, &enter->process.pidfd);
    drain(master, enter->process.pidfd);
    if ((status = spawn_wait(&enter->process, &err)) >= 0)
        exec_events_ended(events, status);
    _exit(0);
}

int exec_detach(struct enter *enter, const struct exec_events *events, struct err *err)
{
    struct sync starter = {-1, -1, -1, -1};

    if (sync_open(&starter, err) < 0)
        return -1;
    pid_t keeper = fork();
    if (keeper == 0)
        keep(enter, events, &starter);
    int result = keeper < 0 ? err_sys(err, "cannot fork") : 0;
    if (result == 0) {
        sync_parent(&starter);
        result = sync_wait(&starter, err);
    }
    sync_close(&starter);
    return result;
}
