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
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "cannot make the mounts private");
    if (mount(root, root, NULL, MS_BIND, NULL) < 0 || chdir(root) < 0)
        err(1, "cannot bind %s onto itself", root);
    if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        err(1, "cannot mount %s/proc", root);
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        err(1, "pivot_root");
    if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        err(1, "cannot take off the old root");
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
