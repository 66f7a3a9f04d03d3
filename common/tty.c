// SPDX-License-Identifier: MIT
/*
 * The pty is made in the container's own devpts, by the container's first process, so that its name
 * is right in there (/dev/pts/0) and not a number of the host's. The master then travels to the
 * host through a Unix socket (sock.h), as runc's --console-socket has it.
 */
#include "tty.h"

#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

int tty_raw(struct tty *tty, int fd, struct err *err)
{
    *tty = (struct tty){.fd = fd};
    if (tcgetattr(fd, &tty->saved) < 0)
        return err_sys(err, "cannot read the settings of the terminal");
    tty_raw_again(tty);
    return 0;
}

void tty_raw_again(struct tty *tty)
{
    struct termios raw = tty->saved;

    cfmakeraw(&raw);
    /* DRAIN: what was printed before must still be printed with the old settings */
    tty->raw = tcsetattr(tty->fd, TCSADRAIN, &raw) == 0;
}

void tty_restore(struct tty *tty)
{
    if (tty->raw)
        tcsetattr(tty->fd, TCSADRAIN, &tty->saved);
    tty->raw = false;
}

void tty_foreground(void)
{
    sigset_t ttou, old;

    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &old);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    sigprocmask(SIG_SETMASK, &old, NULL);
}

void tty_copy_size(int from, int to)
{
    struct winsize size;

    if (ioctl(from, TIOCGWINSZ, &size) == 0)
        ioctl(to, TIOCSWINSZ, &size);
}

/* By the master, not by a path that somebody could have put something else at (Linux 4.13). */
int tty_open_peer(int master, int *ret_slave, struct err *err)
{
    int unlocked = 0;

    if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
        return err_sys(err, "cannot make a pseudo terminal");
    *ret_slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*ret_slave < 0)
        return err_sys(err, "cannot open the other end of the pseudo terminal");
    return 0;
}

int tty_open_pty(int ptmx_fd, int *ret_master, int *ret_slave, struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", ptmx_fd);
    cleanup_close int master = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        return err_sys(err, "cannot make a pseudo terminal");
    if (tty_open_peer(master, ret_slave, err) < 0)
        return -1;
    *ret_master = steal_fd(&master);
    return 0;
}

int tty_take(int slave, struct err *err)
{
    if (ioctl(slave, TIOCSCTTY, 0) < 0)
        return err_sys(err, "cannot make it the controlling terminal");
    for (int fd = 0; fd <= 2; fd++) {
        if (dup2(slave, fd) < 0)
            return err_sys(err, "cannot make the terminal descriptor %d", fd);
    }
    return 0;
}
