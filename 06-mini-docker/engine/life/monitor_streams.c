// SPDX-License-Identifier: MIT
/*
 * A monitor's only loop: the program's output goes to the log and to all clients, the clients'
 * input to the program. Nothing here waits but poll(2) itself, and the disk for the log.
 *
 * What must hold: one packet is out at a time (monitor->out). While a client does not take it,
 * nothing is read from the program, which then waits in its write(2), as it would for a slow
 * terminal. A client that dies is dropped; one that is only slow is waited for.
 */
#include "monitor_internal.h"

#include "cleanup.h"
#include "proc.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_LISTENER, AT_SIGNALS, AT_PROCESS, AT_INPUT, AT_OUTPUT, AT_ERROR, AT_HEALTH, AT_CLIENTS };

void monitor_close_streams(struct monitor *monitor)
{
    for (int i = 0; i < 3; i++)
        close_fd(&monitor->stdio[i]);
    for (int i = 0; i < 2; i++) {
        close_fd(&monitor->console[i]);
        close_fd(&monitor->output[i]);
    }
    close_fd(&monitor->input);
}

/*
 * /proc/self/fd/1 of the program is a file of the pipe's owner: without this a program that is not
 * root could not open /dev/stdout. In a user namespace the owner would be one of the host.
 */
static void give(const struct spec *spec, int fd)
{
    if (!(spec->linux_.namespaces & CLONE_NEWUSER) && spec->process.user.uid != 0 &&
        fchown(fd, spec->process.user.uid, (gid_t)-1) < 0)
        return; /* it can still use the descriptor that it has */
}

static int open_pipe(const struct spec *spec, int *ours, int *theirs, bool to_them, struct err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe for the container");
    *ours = ends[to_them];
    *theirs = ends[!to_them];
    fcntl(*ours, F_SETFL, O_NONBLOCK);
    give(spec, *theirs);
    return 0;
}

int monitor_open_streams(struct monitor *monitor, struct err *err)
{
    const struct spec *spec = &monitor->translation->spec;

    if (spec->process.terminal) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor->console) < 0)
            return err_sys(err, "cannot make a socket for the terminal");
        return 0;
    }
    if (monitor->record->config.open_stdin) {
        if (open_pipe(spec, &monitor->input, &monitor->stdio[0], true, err) < 0)
            return -1;
    } else if ((monitor->stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) {
        return err_sys(err, "cannot open /dev/null");
    }
    if (open_pipe(spec, &monitor->output[0], &monitor->stdio[1], false, err) < 0)
        return -1;
    return open_pipe(spec, &monitor->output[1], &monitor->stdio[2], false, err);
}

int monitor_begin_streams(struct monitor *monitor, struct err *err)
{
    int master;

    for (int i = 0; i < 3; i++)
        close_fd(&monitor->stdio[i]);
    close_fd(&monitor->console[1]);
    if (!monitor->translation->spec.process.terminal)
        return 0;
    if (sock_receive_fd(monitor->console[0], "the terminal", &master, err) < 0)
        return -1;
    close_fd(&monitor->console[0]);
    fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    monitor->output[0] = master;
    monitor->input = fcntl(master, F_DUPFD_CLOEXEC, 3);
    return 0;
}

bool monitor_has_output(const struct monitor *monitor)
{
    return monitor->output[0] >= 0 || monitor->output[1] >= 0 || monitor->out_length > 0;
}

static void deliver(struct monitor *monitor)
{
    bool owed = false;

    for (size_t i = 0; i < monitor->clients_count; i++) {
        struct monitor_client *client = &monitor->clients[i];
        if (!client->owed)
            continue;
        if (packet_send(client->fd, (enum packet_type)monitor->out.type, monitor->out.bytes,
                monitor->out_length - 1, MSG_DONTWAIT) == 0)
            client->owed = false;
        else if (errno != EAGAIN || monitor->hurried)
            monitor_drop_client(monitor, client);
        owed |= client->owed;
    }
    if (!owed)
        monitor->out_length = 0;
}

/* What is to be sent lies in monitor->out already. */
static void send_out(struct monitor *monitor, enum packet_type type, size_t length)
{
    bool output = type == PACKET_STDOUT || type == PACKET_STDERR;

    monitor->out.type = (char)type;
    monitor->out_length = length + 1;
    for (size_t i = 0; i < monitor->clients_count; i++) {
        struct monitor_client *client = &monitor->clients[i];
        client->owed =
            client->fd >= 0 && client->begun && (!output || client->wants & PACKET_WANTS_OUTPUT);
    }
    deliver(monitor);
}

void monitor_send(struct monitor *monitor, enum packet_type type, const void *bytes, size_t length)
{
    memcpy(monitor->out.bytes, bytes, length);
    send_out(monitor, type, length);
}

/* `which`: 0 for standard output, 1 for standard error. */
static void read_output(struct monitor *monitor, int which)
{
    ssize_t got = read(monitor->output[which], monitor->out.bytes, PACKET_MOST);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) { /* EIO: a terminal whose other end is closed */
        close_fd(&monitor->output[which]);
        return;
    }
    log_write(&monitor->log, which ? LOG_STDERR : LOG_STDOUT, monitor->out.bytes, (size_t)got);
    send_out(monitor, which ? PACKET_STDERR : PACKET_STDOUT, (size_t)got);
}

static void write_input(struct monitor *monitor)
{
    ssize_t put = write(
        monitor->input, monitor->in.bytes + monitor->in_start, monitor->in_end - monitor->in_start);

    if (put > 0)
        monitor->in_start += (size_t)put;
    else if (errno != EAGAIN && errno != EINTR) { /* nobody will read it */
        monitor->in_start = monitor->in_end;
        close_fd(&monitor->input);
    }
}

static void take_signal(struct monitor *monitor)
{
    struct signalfd_siginfo info;

    if (read(monitor->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (monitor->holder == 0 || getppid() == monitor->holder)
        _exit(128 + (int)info.ssi_signo); /* `rm`: it does the rest, and the container dies now */
    if (!monitor->ended)                  /* the holder is gone: then all is ours to do */
        proc_pidfd_signal(monitor->life.container.process.pidfd, SIGKILL);
}

static void accept_client(struct monitor *monitor)
{
    int fd = accept4(monitor->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0)
        monitor_add_client(monitor, fd, 0, false);
}

/* While input waits for the program no more is read from anybody: it would have no place. */
static struct pollfd client_poll(const struct monitor *monitor, const struct monitor_client *client)
{
    short events = (short)(client->owed ? POLLOUT : 0);

    if (monitor->in_start == monitor->in_end)
        events |= POLLIN;
    return (struct pollfd){.fd = events ? client->fd : -1, .events = events};
}

static void fill_polls(const struct monitor *monitor, struct pollfd *polls)
{
    bool waiting = monitor->in_start < monitor->in_end, idle = monitor->out_length == 0;
    int process = monitor->ended ? -1 : monitor->life.container.process.pidfd;

    polls[AT_LISTENER] = (struct pollfd){.fd = monitor->listener, .events = POLLIN};
    polls[AT_SIGNALS] = (struct pollfd){.fd = monitor->signals, .events = POLLIN};
    polls[AT_PROCESS] = (struct pollfd){.fd = process, .events = POLLIN};
    polls[AT_INPUT] = (struct pollfd){.fd = waiting ? monitor->input : -1, .events = POLLOUT};
    for (int i = 0; i < 2; i++)
        polls[AT_OUTPUT + i] =
            (struct pollfd){.fd = idle ? monitor->output[i] : -1, .events = POLLIN};
    polls[AT_HEALTH] = (struct pollfd){.fd = monitor->health.answer, .events = POLLIN};
    for (size_t i = 0; i < monitor->clients_count; i++)
        polls[AT_CLIENTS + i] = client_poll(monitor, &monitor->clients[i]);
}

int monitor_serve(struct monitor *monitor, int timeout_ms)
{
    size_t count = monitor->clients_count;
    struct pollfd polls[AT_CLIENTS + count];

    fill_polls(monitor, polls);
    int ready = poll(polls, (nfds_t)(AT_CLIENTS + count), timeout_ms);
    if (ready <= 0)
        return ready < 0 && errno == EINTR ? 1 : 0;
    if (polls[AT_SIGNALS].revents)
        take_signal(monitor);
    for (size_t i = 0; i < count; i++) {
        struct monitor_client *client = &monitor->clients[i];
        if (polls[AT_CLIENTS + i].revents && monitor->in_start == monitor->in_end)
            monitor_hear_client(monitor, client);
    }
    if (monitor->out_length > 0)
        deliver(monitor);
    if (polls[AT_INPUT].revents || monitor->in_start < monitor->in_end)
        write_input(monitor);
    for (int i = 0; i < 2; i++) {
        if (polls[AT_OUTPUT + i].revents && monitor->output[i] >= 0 && monitor->out_length == 0)
            read_output(monitor, i);
    }
    if (polls[AT_LISTENER].revents)
        accept_client(monitor);
    if (polls[AT_HEALTH].revents)
        monitor_take_health(monitor);
    monitor->ended |= polls[AT_PROCESS].revents != 0;
    return 1;
}
