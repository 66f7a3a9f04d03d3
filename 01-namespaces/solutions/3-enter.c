// SPDX-License-Identifier: MIT
/*
 * 3-enter: mend it: a command in the namespaces of a running process
 *
 *     3-enter PID COMMAND [ARG...]
 *
 * Runs COMMAND in the UTS, IPC, mount, network and PID namespaces of process PID, in all of them or
 * not at all, and ends with its exit status. It was broken in three ways: it opened the namespaces
 * by a path that led to another /proc once it was in the mount namespace; it ran COMMAND although a
 * call had failed; and it did not fork, so that COMMAND stayed in the host's PID namespace.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WANTED = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID };

/* All of them, or none: that is what setns(2) promises for a pidfd. */
static void enter(const char *pid)
{
    int fd = (int)syscall(SYS_pidfd_open, atoi(pid), 0); /* which is closed by exec */

    if (fd < 0)
        err(1, "no process %s", pid);
    if (setns(fd, WANTED) < 0)
        err(1, "cannot enter the namespaces of %s", pid);
    close(fd);
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 3)
        errx(2, "usage: 3-enter PID COMMAND [ARG...]");

    enter(argv[1]);

    pid_t child = fork(); /* the PID namespace is for children */
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        execvp(argv[2], argv + 2);
        err(127, "%s", argv[2]);
    }
    if (waitpid(child, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
