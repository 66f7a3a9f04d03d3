/* SPDX-License-Identifier: MIT */
/*
 * attach: the time between start and end: input and output go back and forth, and signals are
 * passed on.
 */
#ifndef ENGINE_ATTACH_H
#define ENGINE_ATTACH_H

#include "streams.h"

#include "runtime/container.h"

#include "tty.h"

#include <signal.h>

struct attach {
    bool interactive, terminal;
    int signals;  /* a signalfd; the signals in it are blocked */
    int master;   /* the container's terminal, from our side */
    int console;  /* our end of container->console_socket */
    int given[3]; /* ends for the container, which we close once it has them */
    struct tty tty;
    struct stream stream[3];
    int streams;
    bool hung_up; /* SIGHUP came: our terminal is gone */
    int stops;    /* how many SIGINT and SIGTERM there were */
};

/*
 * Before anything is made: block the signals that are passed on later, so that none can end us
 * halfway.
 */
int attach_signals(struct attach *attach, struct err *err);

/*
 * Before the start: fill container->stdio or console_socket. Errors: ERR_USAGE, -it without a
 * terminal.
 */
int attach_prepare(struct attach *attach, struct container *container, struct err *err);

/* After the start: returns when PID 1 has ended and all it wrote has been passed on. */
int attach_follow(struct attach *attach, struct container *container, struct err *err);

/* Give the terminal back and close everything. Safe at any point, and twice. */
void attach_end(struct attach *attach);

#endif
