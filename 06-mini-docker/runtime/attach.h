/* SPDX-License-Identifier: MIT */
/*
 * attach: the time between start and end of a program inside that we stay with: input and output go
 * back and forth, and signals are passed on. The program is a container's first, or one that joined
 * later: all that is known of it here is its pidfd.
 */
#ifndef RUNTIME_ATTACH_H
#define RUNTIME_ATTACH_H

#include "streams.h"

#include "tty.h"

#include <stdbool.h>

/* How long is waited for more output after the end; and after SIGHUP for the end. */
enum { ATTACH_LINGER_MS = 1000, ATTACH_HANGUP_MS = 10000 };

/* What attach_follow returns when the person has left (`typed`). */
enum { ATTACH_LEFT = 1 };

struct attach {
    bool interactive, terminal;
    /* What is typed into the program's terminal passes through it (streams.h, filter), or NULL. */
    bool (*typed)(void *arg, char *buffer, size_t *length);
    void *typed_arg;
    int signals;  /* a signalfd; the signals in it are blocked */
    int master;   /* the container's terminal, from our side */
    int console;  /* our end of the console socket */
    int given[3]; /* ends for the program, which we close once it has them */
    struct tty tty;
    bool hung_up; /* SIGHUP came: our terminal is gone */
    int stops;    /* how many SIGINT and SIGTERM there were */
    int streams;
    struct stream stream[3]; /* last: attach_signals clears what is before it */
};

/*
 * Before anything is made: block the signals that are passed on later, so that none can end us
 * halfway. The caller sets interactive, terminal and typed afterwards.
 */
int attach_signals(struct attach *attach, struct err *err);

/*
 * Take one signal from attach->signals and do what concerns our own terminal. Returns the one that
 * the program is to get (SIGKILL in place of the third SIGINT or SIGTERM), SIGWINCH when its
 * terminal's size is to be set anew, or 0.
 */
int attach_next_signal(struct attach *attach);

/*
 * Before the start: ret_stdio is what the program gets as 0, 1 and 2; with attach->terminal instead
 * *ret_console_socket is where the terminal is to be sent (container.h, enter.h), else it is -1.
 * They stay attach's own. Errors: ERR_USAGE, input for a terminal that does not come from one.
 */
int attach_prepare(
    struct attach *attach, int ret_stdio[3], int *ret_console_socket, struct err *err);

/*
 * After the start: returns 0 when the process has ended and all it wrote has been passed on; or
 * ATTACH_LEFT, and then it runs still, on a terminal whose other end is attach->master.
 */
int attach_follow(struct attach *attach, int pidfd, struct err *err);

/* Give the terminal back and close everything. Safe at any point, and twice. */
void attach_end(struct attach *attach);

#endif
