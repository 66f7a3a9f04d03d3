// SPDX-License-Identifier: MIT
/*
 * 2-pid: a command that is process 1, and sees no other
 *
 *     2-pid COMMAND [ARG...]
 *
 * Runs COMMAND as process 1 of a PID namespace, with a /proc of its own. No mount of it reaches the
 * host, where / is shared, as systemd makes it. This program ends with COMMAND's exit status.
 * To read: lab 01's `pid` and `mount`; pid_namespaces(7), mount_namespaces(7), wait(2).
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the process that is to become COMMAND. Every call that fails must end it: err(1, "..."). */
static void become(char **command)
{
    /* TODO 1: its mounts are copies of the host's, but shared ones: make all of them private. */

    /* TODO 2: mount a proc on /proc. Whose processes it shows is settled by who mounts it. */

    execvp(command[0], command);
    err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: 2-pid COMMAND [ARG...]");

    /* TODO 3: new namespaces, for processes and for mounts. */

    /* TODO 4: this process keeps the number that it has, so another one must become COMMAND. Wait
     * for it, and end with its exit status. */
    become(argv + 1);
}
