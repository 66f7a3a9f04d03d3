// SPDX-License-Identifier: MIT
/*
 * The /dev of a container: what nearly every program expects, and nothing that reaches hardware.
 *
 * mknod(2) makes a device out of two numbers, and would make the host's disk too; so a user
 * namespace refuses it, and there the host's device files are bound in instead.
 *
 * Where /dev is the image's own directory, anything may be in it: a symlink or a file called null.
 * No name is followed, and what is wrong is replaced. And since a process may change the image
 * meanwhile, no name is used twice: mknod itself sets the mode, and an owner is given through a
 * descriptor of which we have seen that it is the device.
 */
#include "rootfs.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const struct rootfs_device rootfs_devices[ROOTFS_DEVICES] = {
    {"/dev/null", S_IFCHR | 0666, 1, 3},
    {"/dev/zero", S_IFCHR | 0666, 1, 5},
    {"/dev/full", S_IFCHR | 0666, 1, 7},
    {"/dev/random", S_IFCHR | 0666, 1, 8},
    {"/dev/urandom", S_IFCHR | 0666, 1, 9},
    {"/dev/tty", S_IFCHR | 0666, 5, 0},
};

static const struct {
    const char *name, *text;
} LINKS[] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};

static bool is_device(const struct stat *st, const struct rootfs_device *device)
{
    mode_t type = device->mode & S_IFMT;

    return (st->st_mode & S_IFMT) == type &&
           (type == S_IFIFO || st->st_rdev == makedev(device->major, device->minor));
}

/* What was there already may be the right device, but not the right one's mode and owner. */
static int set_rights(
    int dir, const char *name, const struct rootfs_device *device, struct err *err)
{
    cleanup_close int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    char path[64];
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at the device %s", device->path);
    if (!is_device(&st, device))
        return err_set(err, ERR_SYS, "%s was replaced while it was made", device->path);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (mount_is_point(path)) /* a bind of the configuration's: its rights are its source's */
        return 0;
    if ((st.st_uid != device->uid || st.st_gid != device->gid) &&
        fchownat(fd, "", device->uid, device->gid, AT_EMPTY_PATH) < 0)
        return err_sys(err, "cannot give %s to %u:%u", device->path, device->uid, device->gid);
    if ((st.st_mode & 07777) != (device->mode & 07777) && chmod(path, device->mode & 07777) < 0)
        return err_sys(err, "cannot set the mode of %s", device->path);
    return 0;
}

/* A mount of the configuration's, /dev/urandom on /dev/random maybe: it stays. */
static bool is_covered(int dir, const char *name)
{
    cleanup_close int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return fd >= 0 && mount_is_point(path);
}

/* 1: it is there, 0: mknod is not for us. */
static int make_node(int dir, const char *name, const struct rootfs_device *device, struct err *err)
{
    struct stat st;
    dev_t number = makedev(device->major, device->minor);
    int result = mknodat(dir, name, device->mode, number);
    bool existed = result < 0 && errno == EEXIST;

    if (existed && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !is_device(&st, device)) {
        if (is_covered(dir, name))
            return 1;
        unlinkat(dir, name, 0);
        result = mknodat(dir, name, device->mode, number);
        existed = false;
    }
    if (result < 0 && !existed && errno == EPERM)
        return 0;
    if (result < 0 && !existed) {
        err_sys(err, "cannot make the device %s", device->path);
        return errno == EROFS || errno == EEXIST
                   ? err_hint(err, "the image has something else there that cannot be taken away, "
                                   "or is read-only -> mount a tmpfs on /dev")
                   : -1;
    }
    if ((existed || device->uid || device->gid) && set_rights(dir, name, device, err) < 0)
        return -1;
    return 1;
}

int rootfs_dev_target(int dir, const char *name, struct err *err)
{
    int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISLNK(st.st_mode) && !S_ISDIR(st.st_mode))
        return fd;
    if (fd >= 0) {
        close(fd);
        unlinkat(dir, name, 0);
    }
    fd = openat(dir, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDONLY | O_CLOEXEC, 0600);
    return fd >= 0 ? fd : err_sys(err, "cannot make the file %s in /dev of the new root", name);
}

/* The host's device of the same path, if that is the same device. */
static int bind_node(int dir, const char *name, const struct rootfs_device *device, struct err *err)
{
    if (is_covered(dir, name))
        return 0;
    cleanup_close int tree = mount_clone(device->path, false, err);
    struct stat st;

    if (tree < 0)
        return -1;
    if (fstat(tree, &st) < 0 || !is_device(&st, device)) {
        err_set(err, ERR_SYS, "cannot bind the device %s", device->path);
        return err_hint(err,
            "the host's file of that name is not device %u:%u, and making one is "
            "not permitted -> run as root, without a user namespace",
            device->major, device->minor);
    }
    cleanup_close int target = rootfs_dev_target(dir, name, err);
    return target < 0 ? -1 : mount_attach(tree, target, device->path, err);
}

int rootfs_dev_make(int dir, const struct rootfs_device *device, bool bind, struct err *err)
{
    const char *name = strrchr(device->path, '/') + 1;
    int made = 0;

    if (!bind || S_ISFIFO(device->mode))
        made = make_node(dir, name, device, err);
    return made < 0 ? -1 : made ? 0 : bind_node(dir, name, device, err);
}

bool rootfs_dev_is_dead(int dir)
{
    struct statvfs fs;

    return fstatvfs(dir, &fs) == 0 && fs.f_flag & ST_NODEV;
}

int rootfs_dev_links(int dir, struct err *err)
{
    for (size_t i = 0; i < sizeof(LINKS) / sizeof(LINKS[0]); i++) {
        if (symlinkat(LINKS[i].text, dir, LINKS[i].name) < 0 && errno != EEXIST)
            return err_sys(err, "cannot make the link /dev/%s", LINKS[i].name);
    }
    return 0;
}
