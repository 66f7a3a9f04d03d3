// SPDX-License-Identifier: MIT
/*
 * The /dev of a container: what nearly every program expects, and nothing that reaches hardware.
 *
 * mknod(2) makes a device out of two numbers, and would make the host's disk too; so a user
 * namespace refuses it, and there the host's device files are bound in instead.
 */
#include "rootfs.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const struct {
    const char *path;
    unsigned major, minor;
} DEVICES[] = {{"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7}, {"/dev/random", 1, 8},
    {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};

static const struct {
    const char *name, *text;
} LINKS[] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};

/* A device file that mknod made can still be unusable: a mount below a user namespace is nodev. */
static bool make_node(int dir, const char *name, mode_t mode, dev_t number)
{
    if (mknodat(dir, name, mode, number) < 0)
        return false;
    fchmodat(dir, name, mode & 0777, 0); /* past the umask */
    cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 || errno != EACCES) /* EACCES: nodev; ENXIO is tty without a terminal */
        return true;
    unlinkat(dir, name, 0);
    return false;
}

int rootfs_dev_node(int root_fd, const char *path, mode_t mode, dev_t number, struct err *err)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');

    snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
    cleanup_close int dir = mount_open_in_root(root_fd, parent, MOUNT_MAKE_DIR, err);
    if (dir < 0)
        return -1;
    if (make_node(dir, slash + 1, mode, number))
        return 0;
    return mount_bind_in_root(root_fd, path, path, 0, err);
}

int rootfs_dev_links(int root_fd, struct err *err)
{
    cleanup_close int dev = mount_open_in_root(root_fd, "/dev", MOUNT_MAKE_DIR, err);

    if (dev < 0)
        return -1;
    for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
        if (symlinkat(LINKS[i].text, dev, LINKS[i].name) < 0 && errno != EEXIST)
            return err_sys(err, "cannot make the link /dev/%s", LINKS[i].name);
    }
    return 0;
}

static int make_devices(int root_fd, struct err *err)
{
    for (size_t i = 0; i < sizeof(DEVICES) / sizeof(DEVICES[0]); i++) {
        dev_t number = makedev(DEVICES[i].major, DEVICES[i].minor);
        if (rootfs_dev_node(root_fd, DEVICES[i].path, S_IFCHR | 0666, number, err) < 0)
            return -1;
    }
    return rootfs_dev_links(root_fd, err);
}

/* gid=5 is tty, who may write to a terminal (mesg(1)); a user namespace may not have that ID. */
static int mount_pts(int root_fd, struct err *err)
{
    unsigned long flags = MS_NOSUID | MS_NOEXEC;

    if (mount_in_root(root_fd, "devpts", "dev/pts", "devpts", flags,
            "newinstance,ptmxmode=0666,mode=0620,gid=5", err) == 0)
        return 0;
    return err->code != EINVAL ? -1
                               : mount_in_root(root_fd, "devpts", "dev/pts", "devpts", flags,
                                     "newinstance,ptmxmode=0666,mode=0620", err);
}

int rootfs_dev(int root_fd, struct err *err)
{
    if (mount_in_root(root_fd, "tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME,
            "mode=755,size=65536k", err) < 0)
        return -1;
    if (make_devices(root_fd, err) < 0)
        return -1;
    if (mount_pts(root_fd, err) < 0)
        return -1;
    return mount_in_root(root_fd, "shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NODEV,
        "mode=1777,size=65536k", err);
}
