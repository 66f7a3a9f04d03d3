// SPDX-License-Identifier: MIT
/*
 * Binds, made in three steps, each on a descriptor: open_tree(2) copies the mount and hangs the
 * copy nowhere; mount_setattr(2) makes it read-only and its like while nobody can see it;
 * move_mount(2) hangs it on its target. The target is open too (mount_root.c), so no path is walked
 * twice, and there is no moment at which a read-only bind is writable. The copy can also be made by
 * one process and hung up by another: by a parent that may read what the child may not.
 */
#include "mount.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Under names of our own: glibc has those of the kernel from 2.36 on. */
enum {
    RECURSIVE = 0x8000,    /* AT_RECURSIVE */
    CLONE_TREE = 1,        /* OPEN_TREE_CLONE */
    FROM_TO_FDS = 4 | 0x40 /* MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH */
};

_Static_assert(sizeof(struct mount_attributes) == 32, "mount_setattr(2)'s first struct");

int mount_clone(const char *source, bool recursive, struct err *err)
{
    unsigned flags = CLONE_TREE | O_CLOEXEC | (recursive ? RECURSIVE : 0);
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, source, flags);

    if (fd >= 0)
        return fd;
    err_sys(err, "cannot bind %s", source);
    if (errno == ENOENT)
        return err_hint(err, "there is no such file or directory on the host -> make it first");
    if (errno == EPERM)
        return err_hint(err, "no CAP_SYS_ADMIN over this mount namespace -> run as root");
    if (errno == EINVAL)
        return err_hint(err, "it is unbindable, or has mounts below it that a user namespace may "
                             "not uncover -> bind it with rbind");
    return -1;
}

int mount_set_attributes(int fd, const char *target, bool recursive,
    const struct mount_attributes *want, struct err *err)
{
    unsigned flags = AT_EMPTY_PATH | (recursive ? RECURSIVE : 0);

    if (!want->set && !want->clear && !want->propagation)
        return 0;
    if (syscall(SYS_mount_setattr, fd, "", flags, want, sizeof(*want)) == 0)
        return 0;
    err_sys(err, "cannot set the flags of the mount on %s", target);
    if (errno == ENOSYS)
        return err_hint(err, "mount_setattr(2) came with Linux 5.12 -> a newer kernel");
    if (errno == EPERM && want->clear)
        return err_hint(err, "the host has locked a flag of it -> ask for no more than it has");
    return -1;
}

/* The kernel says EINVAL to this and to much else. */
static bool kinds_differ(int a, int b)
{
    struct stat first, second;

    return fstat(a, &first) == 0 && fstat(b, &second) == 0 &&
           S_ISDIR(first.st_mode) != S_ISDIR(second.st_mode);
}

int mount_attach(int tree_fd, int target_fd, const char *target, struct err *err)
{
    if (syscall(SYS_move_mount, tree_fd, "", target_fd, "", FROM_TO_FDS) == 0)
        return 0;
    err_sys(err, "cannot bind to %s below the new root", target);
    if (kinds_differ(tree_fd, target_fd))
        return err_hint(err, "one is a directory and the other a file -> give two of a kind");
    if (err->code == ENOSPC)
        return err_hint(err, "too many mounts -> compare with /proc/sys/fs/mount-max");
    return -1;
}

int mount_attach_in_root(int root_fd, int tree_fd, const char *target, struct err *err)
{
    int target_fd = mount_open_target(root_fd, target, MOUNT_MAKE_NOTHING, true, err);
    struct stat st;

    if (target_fd < 0 && err->code == ENOENT) {
        if (fstat(tree_fd, &st) < 0)
            return err_sys(err, "cannot look at what is bound to %s", target);
        enum mount_make make = S_ISDIR(st.st_mode) ? MOUNT_MAKE_DIR : MOUNT_MAKE_FILE;
        target_fd = mount_open_target(root_fd, target, make, true, err);
    }
    cleanup_close int to = target_fd;
    return to < 0 ? -1 : mount_attach(tree_fd, to, target, err);
}

int mount_bind_in_root(
    int root_fd, const char *source, const char *target, unsigned long flags, struct err *err)
{
    static const struct {
        unsigned long flag;
        uint64_t attribute;
    } table[] = {{MS_RDONLY, MOUNT_RDONLY}, {MS_NOSUID, MOUNT_NOSUID}, {MS_NODEV, MOUNT_NODEV},
        {MS_NOEXEC, MOUNT_NOEXEC}};
    struct mount_attributes want = {0};
    cleanup_close int tree = mount_clone(source, flags & MS_REC, err);

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        want.set |= flags & table[i].flag ? table[i].attribute : 0;
    if (tree < 0 || mount_set_attributes(tree, target, flags & MS_REC, &want, err) < 0)
        return -1;
    return mount_attach_in_root(root_fd, tree, target, err);
}
