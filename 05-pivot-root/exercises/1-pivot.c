// SPDX-License-Identifier: MIT
/*
 * 1-pivot: a command with a root of its own, out of which no way leads
 *
 *     1-pivot ROOT COMMAND [ARG...]
 *
 * Runs COMMAND where the directory ROOT is /, with a proc on ROOT's /proc, and without any other
 * mount: nothing of the host can be reached. No mount of it reaches the host, whose / is shared. If
 * a call fails COMMAND is not run. To read: lab 05's `pivot` and `proc`; pivot_root(2), umount2(2).
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In process 1 of a new PID namespace, in a mount namespace that is a copy of the host's. */
static void become(const char *root, char **command)
{
    (void)root; /* until it is used */

    /* TODO 1: make all mounts private, those below / as well. */

    /* TODO 2: only a mount can become /: make ROOT one, and then go there. */

    /* TODO 3: mount a proc on ROOT's proc now: in a user namespace it is too late when the old root
     * is gone. */

    /* TODO 4: make ROOT the /: glibc has no pivot_root(), syscall(SYS_pivot_root, ...) is it. */

    /* TODO 5: the old root is a mount below the new one now, or on top of it. Take it off. */

    execvp(command[0], command);
    err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 3)
        errx(2, "usage: 1-pivot ROOT COMMAND [ARG...]");

    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
        err(1, "unshare");
    pid_t child = fork(); /* the first one is process 1 */
    if (child < 0)
        err(1, "fork");
    if (child == 0)
        become(argv[1], argv + 2);
    if (waitpid(child, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
