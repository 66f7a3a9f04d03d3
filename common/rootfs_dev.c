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
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const struct {
    const char *name;
    unsigned major, minor;
} DEVICES[] = {{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9},
    {"tty", 5, 0}};

static const struct {
    const char *name, *text;
} LINKS[] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};

/* A device file that mknod made can still be unusable: a mount below a user namespace is nodev. */
static bool make_node(int dev, const char *name, unsigned major, unsigned minor)
{
    if (mknodat(dev, name, S_IFCHR | 0666, makedev(major, minor)) < 0)
        return false;
    fchmodat(dev, name, 0666, 0); /* past the umask */
    cleanup_close int fd = openat(dev, name, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 || errno == ENXIO) /* ENXIO: tty, and this process has no terminal */
        return true;
    unlinkat(dev, name, 0);
    return false;
}

static int make_devices(int root_fd, int dev, struct err *err)
{
    char from[32], to[32];

    for (size_t i = 0; i < sizeof(DEVICES) / sizeof(DEVICES[0]); i++) {
        if (make_node(dev, DEVICES[i].name, DEVICES[i].major, DEVICES[i].minor))
            continue;
        snprintf(from, sizeof(from), "/dev/%s", DEVICES[i].name);
        snprintf(to, sizeof(to), "dev/%s", DEVICES[i].name);
        if (mount_bind_in_root(root_fd, from, to, 0, err) < 0)
            return -1;
    }
    return 0;
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
    cleanup_close int dev = mount_open_in_root(root_fd, "dev", MOUNT_MAKE_NOTHING, err);
    if (dev < 0)
        return -1;
    if (make_devices(root_fd, dev, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
        if (symlinkat(LINKS[i].text, dev, LINKS[i].name) < 0)
            return err_sys(err, "cannot make the link /dev/%s", LINKS[i].name);
    }
    if (mount_pts(root_fd, err) < 0)
        return -1;
    return mount_in_root(root_fd, "shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NOEXEC | MS_NODEV,
        "mode=1777,size=65536k", err);
}
