// SPDX-License-Identifier: MIT
/*
 * 1-hostname: a command with a host name of its own
 *
 *     1-hostname NAME COMMAND [ARG...]
 *
 * Runs COMMAND where the host name is NAME. The host keeps its own name, and this program ends
 * with COMMAND's exit status. To read: lab 01's `uts` and `unshare`; unshare(2), sethostname(2).
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 3)
        errx(2, "usage: 1-hostname NAME COMMAND [ARG...]");

    /* TODO 1: leave the host's UTS namespace for a new one. */

    /* TODO 2: name it argv[1]. A call that fails must not be passed over: err(1, "..."). */

    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
