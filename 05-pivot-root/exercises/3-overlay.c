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
#include <sched.h>
#include <sys/mount.h>
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
    (void)dir; /* until it is used */

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        err(1, "cannot make the mounts private");

    /* TODO 1: make three directories in DIR: "upper", "work" and "root". */

    /* TODO 2: mount an overlay on DIR/root. Which three directories does it want as options? */

    /* TODO 3: this runs COMMAND in the image itself. Run it in the overlay instead. */
    if (mount(image, image, NULL, MS_BIND, NULL) < 0)
        err(1, "cannot bind %s onto itself", image);
    become(image, command);
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
