// SPDX-License-Identifier: MIT
/*
 * Going to another root, in the form that lab 05 built up to.
 *
 * pivot_root(2) wants a mount point as the new root, so the directory is bound onto itself. And it
 * wants a place below it for the old root; with "." for both, the old root is laid over the new one
 * and then taken off again, so that the new root needs no directory for it and may be read-only.
 */
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int rootfs_bind(const char *dir, int *ret_fd, struct err *err)
{
    /* recursive: what was mounted below the directory comes along */
    if (mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_sys(err, "cannot bind %s onto itself", dir);
    /* only now: before the bind, the path led to what the bind has covered */
    *ret_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd < 0 ? err_sys(err, "cannot open %s", dir) : 0;
}

int rootfs_pivot(int root_fd, struct err *err)
{
    if (fchdir(root_fd) < 0)
        return err_sys(err, "cannot change to the new root");
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return rootfs_explain_pivot(".", ".", errno, err);
    /* "." is now the old root, lying over the new one */
    if (umount2(".", MNT_DETACH) < 0)
        return err_sys(err, "cannot detach the old root");
    if (chdir("/") < 0)
        return err_sys(err, "cannot change to the new root");
    return 0;
}
