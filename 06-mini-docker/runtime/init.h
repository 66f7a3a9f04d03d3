/* SPDX-License-Identifier: MIT */
/* init: what stands before a program that was not written to be PID 1. */
#ifndef RUNTIME_INIT_H
#define RUNTIME_INIT_H

#include "err.h"

/*
 * Start argv as a child, pass every signal on to it, and reap whatever becomes an orphan, until the
 * child has ended. Returns its status (128+n: signal n). Errors: the program cannot be started
 * (ERR_NOT_FOUND, ERR_NOT_EXECUTABLE). For PID 1 only.
 */
int init_main(char *const argv[], struct err *err);

#endif
