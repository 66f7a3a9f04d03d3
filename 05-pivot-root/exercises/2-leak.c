// SPDX-License-Identifier: MIT
/*
 * 2-leak: mend it: a container that leaves mounts on the host
 *
 *     2-leak ROOT COMMAND [ARG...]
 *
 * Runs COMMAND where the directory ROOT is /, with a /proc of its own; nothing of it stays on the
 * host, and if a call fails COMMAND is not run. It is BROKEN. What its user sees: COMMAND has its
 * ROOT, but `findmnt` on the host shows more mounts after each run, and who enters its mount
 * namespace finds the host's files. To read: lab 05's `propagation`, `no-pivot` and `proc`;
 * pivot_root(2), mount_namespaces(7).
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
    if (mount(NULL, "/", NULL, MS_PRIVATE, NULL) < 0)
        err(1, "cannot make the mounts private");
    if (mount(root, root, NULL, MS_BIND, NULL) < 0 || chdir(root) < 0)
        err(1, "cannot bind %s onto itself", root);
    if (syscall(SYS_pivot_root, ".", ".") == 0)
        umount2(".", MNT_DETACH);
    else if (chroot(".") < 0) /* some hosts refuse pivot_root with EINVAL */
        err(1, "cannot change the root");
    if (chdir("/") < 0)
        err(1, "cannot change to the new root");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        warn("no /proc");
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 3)
        errx(2, "usage: 2-leak ROOT COMMAND [ARG...]");

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
