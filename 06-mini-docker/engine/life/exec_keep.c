// SPDX-License-Identifier: MIT
/*
 * The keeper: a process of ours that is the parent of a program which may run on when the command
 * has gone. There is no daemon, and only a parent gets an exit status, which `events` is to tell; a
 * terminal must have somebody who reads it; and nobody can become a parent later. So it is made
 * where a person could leave: with -d, and with a terminal that is typed into (the detach keys).
 * There the command follows the program through its terminal and its pidfd, and asks the keeper for
 * the status. Other programs are the command's own children, which is quicker.
 *
 * What must hold: a keeper has nothing of the caller's but /dev/null, or the caller's pipes would
 * not end with the caller.
 */
#include "exec_keep.h"

#include "cleanup.h"
#include "sock.h"
#include "sync.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* The keeper's start: what the command waits for. */
static int begin_program(
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
    close_fd(&ends[0]);
    close_fd(&ends[1]);
    return result;
}

/* Until its end, which is told. */
static _Noreturn void stay_to_the_end(
    struct enter *enter, const struct exec_events *events, int master, int socket)
{
    struct err ignored;
    int status;

    drain(master, enter->process.pidfd);
    if ((status = spawn_wait(&enter->process, &ignored)) >= 0)
        exec_events_ended(events, status);
    if (socket >= 0 && status >= 0)
        send(socket, &status, sizeof(status), MSG_NOSIGNAL);
    _exit(0);
}

/* With -d: without a command. */
static _Noreturn void keep_detached(
    struct enter *enter, const struct exec_events *events, struct sync *starter)
{
    struct err err;
    int master;

    if (begin_program(enter, events->options, &master, &err) < 0) {
        sync_fail(starter, &err);
        _exit(1);
    }
    exec_events_started(events);
    sync_signal(starter, &err);
    become_keeper(&master, &enter->process.pidfd);
    stay_to_the_end(enter, events, master, -1);
}

/* Beside a command, until that leaves a terminal to us, or is gone. */
static _Noreturn void keep_beside(
    struct enter *enter, const struct exec_events *events, struct sync *starter, int socket)
{
    struct pollfd polls[] = {{.fd = socket, .events = POLLIN}, {.events = POLLIN}};
    int master = -1;
    struct err err;

    if (enter_start(enter, &err) < 0) {
        sync_fail(starter, &err);
        _exit(1);
    }
    exec_events_started(events);
    sync_signal(starter, &err);
    sock_send_fd(socket, enter->process.pidfd, "", "the program", &err);
    become_keeper(&socket, &enter->process.pidfd);
    polls[0].fd = socket;
    polls[1].fd = enter->process.pidfd;
    poll(polls, 2, -1);
    if (!polls[1].revents)
        sock_receive_fd(socket, "the terminal", &master, &err);
    stay_to_the_end(enter, events, master, socket);
}

/* The fork; returns 0 when the program runs. `socket`: the keeper's end, or -1 without a command.
 */
static int start_keeper(
    struct enter *enter, const struct exec_events *events, int socket, struct err *err)
{
    struct sync starter = SYNC_NONE;

    if (sync_open(&starter, err) < 0)
        return -1;
    pid_t keeper = fork();
    if (keeper == 0) {
        sync_child(&starter);
        if (socket >= 0)
            keep_beside(enter, events, &starter, socket);
        keep_detached(enter, events, &starter);
    }
    int result = keeper < 0 ? err_sys(err, "cannot fork") : 0;
    if (result == 0) {
        sync_parent(&starter);
        result = sync_wait(&starter, err);
    }
    sync_close(&starter);
    return result;
}

int exec_detach(struct enter *enter, const struct exec_events *events, struct err *err)
{
    return start_keeper(enter, events, -1, err);
}

int exec_keep(
    struct enter *enter, const struct exec_events *events, int *ret_socket, struct err *err)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return err_sys(err, "cannot make a socket for who keeps the program");
    int result = start_keeper(enter, events, ends[1], err);
    close_fd(&ends[1]);
    if (result == 0)
        result = sock_receive_fd(ends[0], "the program", &enter->process.pidfd, err);
    if (result < 0)
        close_fd(&ends[0]);
    else
        *ret_socket = ends[0];
    return result;
}

int exec_keep_wait(int socket, struct err *err)
{
    int status;

    if (recv(socket, &status, sizeof(status), 0) == (ssize_t)sizeof(status))
        return status;
    return err_set(err, ERR_SYS, "the process that waited for the program is gone");
}

int exec_keep_terminal(int socket, int master, struct err *err)
{
    return sock_send_fd(socket, master, "", "the terminal", err);
}
