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
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "cannot make the mounts private");
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        err(1, "cannot mount /proc");
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 2)
        errx(2, "usage: 2-pid COMMAND [ARG...]");

    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
        err(1, "unshare");
    pid_t child = fork(); /* the first one is process 1 */
    if (child < 0)
        err(1, "fork");
    if (child == 0)
        become(argv + 1);
    if (waitpid(child, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
