// SPDX-License-Identifier: MIT
/*
 * 3-enter: mend it: a command in the namespaces of a running process
 *
 *     3-enter PID COMMAND [ARG...]
 *
 * Runs COMMAND in the UTS, IPC, mount, network and PID namespaces of process PID, in all of them or
 * not at all, and ends with its exit status. It is BROKEN. What its user sees: COMMAND has the
 * files of the container, but the network and the processes of the host; and at times all of the
 * host. To read: lab 01's `setns` and `enter`; setns(2), pidfd_open(2), pid_namespaces(7).
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

static void enter(const char *pid, const char *kind)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* a kernel without this kind */
    if (setns(fd, 0) < 0)
        warn("setns: %s", path);
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        errx(2, "usage: 3-enter PID COMMAND [ARG...]");

    enter(argv[1], "uts");
    enter(argv[1], "ipc");
    enter(argv[1], "mnt");
    enter(argv[1], "net");
    enter(argv[1], "pid");

    execvp(argv[2], argv + 2);
    err(127, "%s", argv[2]);
}
