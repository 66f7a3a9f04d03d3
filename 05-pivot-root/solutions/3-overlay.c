// SPDX-License-Identifier: MIT
/*
 * 3-overlay: a root that shares an image, and keeps its own changes
 *
 *     3-overlay IMAGE DIR COMMAND [ARG...]
 *
 * Runs COMMAND in a root that has the files of IMAGE, which many share and none changes: what it
 * writes or deletes is in DIR/upper. DIR is there, and empty. If a call fails COMMAND is not run.
 * To read: lab 05's `overlay`; the kernel's filesystems/overlayfs.rst.
 */
#define _GNU_SOURCE
#include <err.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What 1-pivot does, with a ROOT that is a mount already. */
static void become(const char *root, char **command)
{
    if (chdir(root) < 0 ||
        mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        err(1, "cannot mount %s/proc", root);
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        err(1, "cannot change the root");
    execvp(command[0], command);
    err(127, "%s", command[0]);
}

static void start(const char *image, const char *dir, char **command)
{
    char lower[PATH_MAX], options[PATH_MAX + 64];

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "cannot make the mounts private");
    if (!realpath(image, lower) || chdir(dir) < 0)
        err(1, "%s, %s", image, dir);
    if (mkdir("upper", 0755) < 0 || mkdir("work", 0755) < 0 || mkdir("root", 0755) < 0)
        err(1, "cannot make directories in %s", dir);
    snprintf(options, sizeof(options), "lowerdir=%s,upperdir=upper,workdir=work", lower);
    if (mount("overlay", "root", "overlay", 0, options) < 0)
        err(1, "cannot mount an overlay: %s", options);
    become("root", command);
}

int main(int argc, char **argv)
{
    int status;

    if (argc < 4)
        errx(2, "usage: 3-overlay IMAGE DIR COMMAND [ARG...]");

    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
        err(1, "unshare");
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0)
        start(argv[1], argv[2], argv + 3);
    if (waitpid(child, &status, 0) < 0)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
