// SPDX-License-Identifier: MIT
/*
 * The calls that this lab is about.
 *
 *            before              after pivot_root            after umount2
 *
 *      / --- the host's /     / --- the host's /  (on top)     / --- new root
 *            |                      new root      (below)
 *            +-- new root
 *
 * pivot_root(2) swaps two mounts of the namespace: the new root takes the place of /, and the old
 * one goes where the caller says, below the new root. Given "." for both, the old root is laid over
 * the new one, on the same point. The process itself is already in the new one, and umount2(".")
 * takes off what lies on top. MNT_DETACH, since the old root is in use: by the whole host.
 */
#include "root.h"

#include "rootfs.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int root_private(struct err *err)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make the mounts private");
    return 0;
}

int root_bind(const char *dir, struct err *err)
{
    if (mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_sys(err, "cannot bind %s onto itself", dir);
    /* after the bind: a process that was in there before would still be in what is covered now */
    if (chdir(dir) < 0)
        return err_sys(err, "cannot change to %s", dir);
    return 0;
}

int root_pivot(struct err *err)
{
    /* glibc has no function for it */
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return rootfs_explain_pivot(".", ".", errno, err);
    return 0;
}

int root_detach(struct err *err)
{
    if (umount2(".", MNT_DETACH) < 0)
        return err_sys(err, "cannot detach the old root");
    if (chdir("/") < 0)
        return err_sys(err, "cannot change to the new root");
    return 0;
}

int root_change(const char *dir, struct err *err)
{
    if (root_private(err) < 0 || root_bind(dir, err) < 0 || root_pivot(err) < 0)
        return -1;
    return root_detach(err);
}

int root_mount_proc(const char *dir, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/proc", dir);
    /* NULL as data, not "": an empty string makes the kernel copy a page to find it empty */
    if (mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
        return 0;
    err_sys(err, "cannot mount proc on %s", path);
    if (errno == EPERM) {
        err->kind = ERR_SKIP;
        return err_hint(err, "a user namespace gets a proc only where a whole one is in sight, and "
                             "here none is, or parts of it are covered (as inside a container) -> "
                             "mount it before the old root goes; sudo ./run, or make vm-05");
    }
    return -1;
}
