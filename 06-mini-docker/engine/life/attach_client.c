// SPDX-License-Identifier: MIT
/*
 * One poll(2) loop between the person and the monitor. As in runtime/streams.c the person's
 * descriptors are not made non-blocking, which other programs would see: what poll calls ready is
 * read, and writes are small enough for what it calls room.
 *
 * Signals to us go to the container itself, by its pidfd and not through the monitor, so that they
 * arrive even where output is stuck.
 */
#include "attach_client.h"

#include "runtime/life.h"

#include "cleanup.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ON_INPUT, ON_SOCKET, ON_SIGNALS, ON_OUTPUT, POLLS };

int attach_client_signals(struct attach_client *client, struct err *err)
{
    return attach_signals(&client->attach, err);
}

static void send_size(const struct attach_client *client)
{
    struct winsize size;

    if (client->terminal && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        packet_send(client->socket, PACKET_SIZE, &size, sizeof(size), 0);
}

static int begin_client(struct attach_client *client, struct err *err)
{
    struct attach *attach = &client->attach;

    attach->terminal = client->terminal;
    attach->interactive = client->interactive;
    if (!client->terminal || !isatty(STDIN_FILENO)) {
        attach->interactive = false; /* there is no terminal to be raw */
        return 0;
    }
    if (client->interactive && tty_raw(&attach->tty, STDIN_FILENO, err) < 0)
        return -1;
    send_size(client); /* it may have changed since the start */
    return 0;
}

/*
 * Never wait for room here: the monitor may wait with output for us, and then for ever. A monitor
 * that is gone is noticed when it is listened to.
 */
static void send_typed(struct attach_client *client)
{
    if (packet_send(client->socket, (enum packet_type)client->typed.type, client->typed.bytes,
            client->typed_length - 1, MSG_DONTWAIT) == 0 ||
        errno != EAGAIN)
        client->typed_length = 0;
}

/* False: the person wants to go. */
static bool pass_input(struct attach_client *client)
{
    char typed[PACKET_MOST - DETACH_KEYS];
    size_t length = 0;
    bool leave = false;
    ssize_t got = read(STDIN_FILENO, typed, sizeof(typed));

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    client->input_ended = got <= 0;
    client->typed.type = client->input_ended ? PACKET_STDIN_END : PACKET_STDIN;
    if (got > 0 && client->terminal)
        leave = detach_keys_filter(&client->keys, typed, (size_t)got, client->typed.bytes, &length);
    else if (got > 0)
        memcpy(client->typed.bytes, typed, length = (size_t)got);
    client->typed_length = length > 0 || client->input_ended ? length + 1 : 0;
    if (client->typed_length > 0)
        send_typed(client);
    return !leave;
}

/*
 * False: our terminal is gone, and so are we. The container stays, as with docker: a connection
 * that breaks is no reason to end what somebody else may use, and attach finds it again.
 */
static bool pass_signal(struct attach_client *client)
{
    int signal = attach_next_signal(&client->attach);
    char root[PATH_MAX];
    struct err ignored;

    if (signal == SIGHUP && client->terminal)
        return false;
    if (signal == SIGWINCH)
        send_size(client);
    else if (signal > 0 && (client->sig_proxy || signal == SIGKILL) &&
             store_run_dir(client->store, "runtime", root, &ignored) == 0)
        life_kill(root, client->id, signal, false, &ignored);
    return true;
}

/* 1: it has ended; -1: the monitor is gone. */
static int hear(struct attach_client *client, struct err *err)
{
    ssize_t length = packet_receive(client->socket, &client->packet, 0);

    if (length < 0) {
        err_set(err, ERR_SYS, "the monitor of container %.12s is gone", client->id);
        return err_hint(err,
            "somebody has ended it -> inspect %.12s says what is left of the "
            "container",
            client->id);
    }
    switch ((enum packet_type)client->packet.type) {
    case PACKET_STDOUT:
    case PACKET_STDERR:
        client->start = 0;
        client->end =
            client->closed[client->packet.type - '0'] || client->quiet[client->packet.type - '0']
                ? 0
                : (size_t)length;
        return 0;
    case PACKET_EXIT:
        memcpy(&client->exit, client->packet.bytes, sizeof(client->exit));
        return 1;
    default:
        return 0;
    }
}

static void write_output(struct attach_client *client)
{
    int fd = client->packet.type - '0';
    size_t length = client->end - client->start;
    ssize_t put =
        write(fd, client->packet.bytes + client->start, length < PIPE_BUF ? length : PIPE_BUF);

    if (put > 0)
        client->start += (size_t)put;
    else if (errno != EAGAIN && errno != EINTR) { /* as `| head` leaves it */
        char closed = (char)fd;
        client->start = client->end;
        client->closed[fd] = true;
        client->lost = errno == EPIPE ? client->lost : errno;
        packet_send(client->socket, PACKET_CLOSED, &closed, 1, 0);
    }
}

/* Returns 0 to go on, 1 at the end, -1 after an error, and ATTACH_DETACHED. */
static int serve(struct attach_client *client, struct err *err)
{
    bool waiting = client->start < client->end;
    bool reading = client->interactive && !client->input_ended && client->typed_length == 0;
    short events = (short)((waiting ? 0 : POLLIN) | (client->typed_length > 0 ? POLLOUT : 0));
    struct pollfd polls[POLLS] = {
        [ON_INPUT] = {.fd = reading ? STDIN_FILENO : -1, .events = POLLIN},
        [ON_SOCKET] = {.fd = events ? client->socket : -1, .events = events},
        [ON_SIGNALS] = {.fd = client->attach.signals, .events = POLLIN},
        [ON_OUTPUT] = {.fd = waiting ? client->packet.type - '0' : -1, .events = POLLOUT},
    };

    if (poll(polls, POLLS, -1) < 0)
        return errno == EINTR ? 0 : err_sys(err, "cannot wait for the container");
    if (polls[ON_SIGNALS].revents && !pass_signal(client))
        return ATTACH_DETACHED;
    if (polls[ON_OUTPUT].revents)
        write_output(client);
    if (polls[ON_INPUT].revents && !pass_input(client))
        return ATTACH_DETACHED;
    if (polls[ON_SOCKET].revents & POLLOUT)
        send_typed(client);
    return !waiting && polls[ON_SOCKET].revents & ~POLLOUT ? hear(client, err) : 0;
}

int attach_client_follow(struct attach_client *client, struct err *err)
{
    int result = begin_client(client, err);

    while (result == 0)
        result = serve(client, err);
    attach_end(&client->attach);
    close_fd(&client->socket);
    return result == 1 ? client->exit.status : result;
}
