/* SPDX-License-Identifier: MIT */
/*
 * tty: terminals. The person's own, which is made raw and given back as it was, and the pseudo
 * terminal (pty) that a container gets instead of it.
 *
 *     the person's terminal <--> mini-docker <--> master | kernel | slave <--> the program
 *
 * What is written to the master is what the program reads from the slave, and the other way round;
 * Ctrl-C becomes SIGINT in between, on the slave's side. So the person's terminal must not make a
 * signal of it too: it is raw. Source: pty(7), termios(3), ioctl_tty(2).
 */
#ifndef COMMON_TTY_H
#define COMMON_TTY_H

#include "err.h"

#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

/* The person's terminal. */
struct tty {
    int fd;
    bool raw; /* it must be given back */
    struct termios saved;
};

/* Make the terminal raw: each key passes as it is. In the background this stops us, as it should.
 */
int tty_raw(struct tty *tty, int fd, struct err *err);

/* Give it back as it was. Safe to call twice, and on a zeroed struct. */
void tty_restore(struct tty *tty);

/* Raw once more, after tty_restore: the program was stopped and goes on. */
void tty_raw_again(struct tty *tty);

/*
 * Make the caller's process group the one that has the terminal on standard input, also from the
 * background, where asking for it would otherwise stop the caller (SIGTTOU, tcsetpgrp(3)). Nothing
 * happens where standard input is no terminal of the caller's session.
 */
void tty_foreground(void);

/* Tell `to` how many rows and columns `from` has; the kernel sends SIGWINCH to who runs there. */
void tty_copy_size(int from, int to);

/*
 * Make a pty in the devpts file system whose ptmx file this is (an O_PATH descriptor will do). The
 * caller closes both ends; they are close-on-exec.
 */
int tty_open_pty(int ptmx_fd, int *ret_master, int *ret_slave, struct err *err);

/* The second half of it, where the caller has opened a ptmx, which made the master. */
int tty_open_peer(int master, int *ret_slave, struct err *err);

/*
 * Make the slave the controlling terminal of the caller's session, and its 0, 1 and 2. The caller
 * leads a session without a terminal (setsid(2)).
 */
int tty_take(int slave, struct err *err);

#endif
