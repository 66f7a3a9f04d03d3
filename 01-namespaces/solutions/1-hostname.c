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

    if (unshare(CLONE_NEWUTS) < 0)
        err(1, "unshare");
    if (sethostname(argv[1], strlen(argv[1])) < 0)
        err(1, "sethostname");
    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
