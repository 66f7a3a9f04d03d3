/* SPDX-License-Identifier: MIT */
/*
 * enter: one more process in a container that is there already: `exec`.
 *
 * It joins the groups, then the namespaces of the container's first process, all of them or none
 * (lab 01, enter), takes on the rights of its own spec, and becomes the program.
 */
#ifndef RUNTIME_ENTER_H
#define RUNTIME_ENTER_H

#include "explain.h"
#include "seccomp.h"
#include "spec.h"
#include "state.h"

#include "spawn.h"

struct enter {
    const struct state *state;
    const struct spec *spec; /* spec->process is the new process; the rest is the container's */
    const struct seccomp *seccomp;
    int console_socket; /* process.terminal: where the pty's master is sent; else -1 */
    int stdio[3];       /* become 0, 1, 2; not looked at with a terminal */
    unsigned preserve_fds;
    bool even_paused; /* wait in a paused container until it goes on, instead of an error */
    struct explain explain;
    struct spawned process; /* the caller closes the pidfd */
};

/*
 * Returns 0 once the program runs; it is the caller's child, and goes on when the caller ends.
 * After an error nothing of it is left. Errors: the container has ended or is paused;
 * ERR_NOT_FOUND and ERR_NOT_EXECUTABLE are about the program. Privilege: root, or an ordinary
 * user where the container has a user namespace of the same user's.
 */
int enter_start(struct enter *enter, struct err *err);

#endif
