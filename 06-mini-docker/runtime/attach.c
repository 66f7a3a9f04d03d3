// SPDX-License-Identifier: MIT
/*
 * What a program inside gets as standard input, output and error:
 *
 *     with a terminal             one of its own; bytes are carried between it and ours
 *     else, ours is a terminal    a pipe, and bytes are carried: a program inside must not get hold
 *                                 of the person's terminal (it could read the keys from it)
 *     else                        ours as they are: files and pipes need nobody to carry
 *     not interactive             /dev/null as standard input
 *
 * Signals to us go to the program, as Docker's --sig-proxy has it, and PID 1 may ignore them: it
 * gets no signal that it has no handler for. So the third SIGINT or SIGTERM is a SIGKILL; and so is
 * silence after SIGHUP, since with the terminal gone nobody could end the container any more.
 */
#include "attach.h"

#include "cleanup.h"
#include "proc.h"
#include "self.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

enum { STOPS = 3 };

static const int PASSED_ON[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};

int attach_signals(struct attach *attach, struct err *err)
{
    sigset_t set;

    /* not the streams' buffers: each page of them that is written is one for the kernel to find */
    memset(attach, 0, offsetof(struct attach, stream));
    attach->signals = attach->master = attach->console = -1;
    memset(attach->given, -1, sizeof(attach->given));
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(PASSED_ON) / sizeof(PASSED_ON[0]); i++)
        sigaddset(&set, PASSED_ON[i]);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGTSTP);
    sigaddset(&set, SIGCONT);
    attach->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    sigaddset(&set, SIGPIPE); /* a reader that is gone is an error of write(2), not our end */
    if (attach->signals < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return err_sys(err, "cannot wait for signals");
    return 0;
}

static void close_given(struct attach *attach)
{
    for (int i = 0; i < 3; i++)
        close_fd(&attach->given[i]);
}

static void add_stream(struct attach *attach, int from, int to, bool close_to)
{
    struct stream *stream = &attach->stream[attach->streams++];

    stream->start = stream->end = 0;
    stream->from = from;
    stream->to = to;
    stream->close_to = close_to;
    stream->open = true;
    stream->filter = NULL;
    stream->left = false;
}

/* One of 0, 1, 2: what the program gets for it. */
static int prepare_one(struct attach *attach, int fd, int *ret_fd, struct err *err)
{
    int ends[2], ours = fd == 0 ? 1 : 0;

    *ret_fd = fd;
    if (fd == 0 && !attach->interactive)
        *ret_fd = attach->given[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    else if (!isatty(fd))
        return 0;
    else if (pipe2(ends, O_CLOEXEC) == 0) {
        /* only our end: the container's is an open file of its own and stays as programs expect */
        fcntl(ends[ours], F_SETFL, O_NONBLOCK);
        *ret_fd = attach->given[fd] = ends[!ours];
        add_stream(attach, fd == 0 ? 0 : ends[ours], fd == 0 ? ends[ours] : fd, fd == 0);
    } else {
        *ret_fd = -1;
    }
    return *ret_fd < 0 ? err_sys(err, "cannot open descriptor %d for the container", fd) : 0;
}

int attach_prepare(
    struct attach *attach, int ret_stdio[3], int *ret_console_socket, struct err *err)
{
    int ends[2];

    *ret_console_socket = -1;
    if (!attach->terminal) {
        for (int fd = 0; fd <= 2; fd++) {
            if (prepare_one(attach, fd, &ret_stdio[fd], err) < 0)
                return -1;
        }
        return 0;
    }
    if (attach->interactive && !isatty(STDIN_FILENO)) {
        err_refuse(err, ENOTTY, "the input device is not a TTY");
        return err_hint(err, "its terminal is typed into from ours -> run this in a terminal, or "
                             "without one of its own (-t, process.terminal) for a pipe");
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return err_sys(err, "cannot make a socket for the terminal");
    attach->console = ends[0];
    *ret_console_socket = attach->given[0] = ends[1];
    return 0;
}

static int begin_terminal(struct attach *attach, struct err *err)
{
    if (sock_receive_fd(attach->console, "the terminal", &attach->master, err) < 0)
        return -1;
    fcntl(attach->master, F_SETFL, O_RDWR | O_NONBLOCK);
    if (attach->interactive) {
        if (tty_raw(&attach->tty, STDIN_FILENO, err) < 0)
            return -1;
        tty_copy_size(STDIN_FILENO, attach->master); /* it may have changed since the start */
        add_stream(attach, STDIN_FILENO, attach->master, false);
        attach->stream[0].filter = attach->typed;
        attach->stream[0].filter_arg = attach->typed_arg;
    }
    add_stream(attach, attach->master, STDOUT_FILENO, false);
    return 0;
}

int attach_next_signal(struct attach *attach)
{
    struct signalfd_siginfo info;

    if (read(attach->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return 0;
    int signal = (int)info.ssi_signo;
    if (signal == SIGTSTP) {
        tty_restore(&attach->tty);
        raise(SIGSTOP);
        return 0;
    }
    if (signal == SIGCONT && attach->terminal && attach->interactive)
        tty_raw_again(&attach->tty);
    if (signal == SIGWINCH || signal == SIGCONT)
        return SIGWINCH;
    attach->hung_up |= signal == SIGHUP;
    attach->stops += signal == SIGINT || signal == SIGTERM;
    return attach->stops < STOPS ? signal : SIGKILL;
}

static void take_signal(struct attach *attach, int pidfd)
{
    int signal = attach_next_signal(attach);

    if (signal == SIGWINCH && attach->terminal && attach->interactive)
        tty_copy_size(STDIN_FILENO, attach->master);
    else if (signal > 0 && signal != SIGWINCH)
        proc_pidfd_signal(pidfd, signal);
}

/* After the end only what is still on its way out matters. */
static bool is_output(const struct stream *stream)
{
    return stream->to == STDOUT_FILENO || stream->to == STDERR_FILENO;
}

/* Fills polls for the streams that still matter; returns how many wait for something. */
static int poll_streams(const struct attach *attach, bool ended, struct pollfd *polls)
{
    int waiting = 0;

    for (int i = 0; i < attach->streams; i++) {
        polls[i] = stream_poll(&attach->stream[i]);
        if (ended && !is_output(&attach->stream[i]))
            polls[i].fd = -1;
        waiting += polls[i].fd >= 0;
    }
    return waiting;
}

static int timeout_ms(const struct attach *attach, bool ended)
{
    /* all writers are dead: the ends come at once, unless somebody else holds one open */
    return ended ? ATTACH_LINGER_MS : attach->hung_up ? ATTACH_HANGUP_MS : -1;
}

int attach_follow(struct attach *attach, int pidfd, struct err *err)
{
    int n;
    struct pollfd polls[5];
    bool ended = false;

    close_given(attach);
    self_release();
    if (attach->terminal && begin_terminal(attach, err) < 0)
        return -1;
    n = attach->streams;
    while (poll_streams(attach, ended, polls) > 0 || !ended) {
        polls[n] = (struct pollfd){.fd = attach->signals, .events = POLLIN};
        polls[n + 1] = (struct pollfd){.fd = ended ? -1 : pidfd, .events = POLLIN};
        int ready = poll(polls, (nfds_t)n + 2, timeout_ms(attach, ended));
        if (ready < 0 && errno != EINTR)
            return err_sys(err, "cannot wait for the container");
        if (ready == 0 && ended)
            break;
        if (ready == 0)
            proc_pidfd_signal(pidfd, SIGKILL);
        for (int i = 0; ready > 0 && i < n; i++)
            stream_move(&attach->stream[i], polls[i].revents);
        const struct stream *typed = &attach->stream[0];
        if (n > 0 && typed->left && typed->start == typed->end)
            return ATTACH_LEFT;
        if (ready > 0 && polls[n].revents)
            take_signal(attach, pidfd);
        ended |= ready > 0 && polls[n + 1].revents;
    }
    return 0;
}

void attach_end(struct attach *attach)
{
    tty_restore(&attach->tty);
    close_given(attach);
    close_fd(&attach->master);
    close_fd(&attach->console);
    close_fd(&attach->signals);
}
