/* SPDX-License-Identifier: MIT */
/* terminal: a pseudo terminal of a container that is there already, for exec. */
#ifndef RUNTIME_TERMINAL_H
#define RUNTIME_TERMINAL_H

#include "spec.h"

/*
 * In the container, and leading a session: make a pty in its /dev/pts, give it to the process's
 * user, send the master through the socket and take the slave as 0, 1, 2 and controlling terminal.
 * Errors: the container has no devpts there.
 */
int terminal_take(const struct spec_process *process, int console_socket, struct err *err);

#endif
