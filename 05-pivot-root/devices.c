// SPDX-License-Identifier: MIT
/*
 * What nearly every program expects below /dev, and nothing that reaches hardware.
 *
 * A device file is two numbers and a name. Whoever may call mknod(2) can give the numbers of the
 * host's disk, so a user namespace may not: there the host's own file is bound in, which gives
 * these devices and no others.
 */
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const struct device device_table[DEVICES] = {
    {"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9},
    {"tty", 5, 0}, /* the terminal of whoever opens it */
};

static int mount_dev(const char *dir, const char *name, const char *type, const char *data,
    unsigned long flags, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/dev/%s", dir, name);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", path);
    if (mount(type, path, type, flags, data) < 0)
        return err_sys(err, "cannot mount %s on %s", type, path);
    return 0;
}

/* Returns 1 when the host's file had to be bound in, 0 when mknod did it. */
static int make_device(const char *dir, const struct device *device, struct err *err)
{
    char path[PATH_MAX], host[64];

    snprintf(path, sizeof(path), "%s/dev/%s", dir, device->name);
    snprintf(host, sizeof(host), "/dev/%s", device->name);
    if (mknod(path, S_IFCHR | 0666, makedev(device->major, device->minor)) == 0)
        return chmod(path, 0666) == 0 ? 0 : err_sys(err, "cannot chmod %s", path);
    if (errno != EPERM)
        return err_sys(err, "cannot make the device %s", path);
    /* a bind wants something to be laid over, a file on a file */
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0 || close(fd) < 0 || mount(host, path, NULL, MS_BIND, NULL) < 0)
        return err_sys(err, "cannot bind %s on %s", host, path);
    return 1;
}

static int make_links(const char *dir, struct err *err)
{
    static const char *const links[][2] = {{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"}};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        snprintf(path, sizeof(path), "%s/dev/%s", dir, links[i][0]);
        if (symlink(links[i][1], path) < 0)
            return err_sys(err, "cannot make the link %s", path);
    }
    return 0;
}

int devices_make(const char *dir, int *ret_bound, struct err *err)
{
    int bound = 0;

    if (mount_dev(dir, "", "tmpfs", "mode=755,size=65536k", MS_NOSUID, err) < 0)
        return -1;
    for (size_t i = 0; i < DEVICES; i++) {
        int result = make_device(dir, &device_table[i], err);
        if (result < 0)
            return -1;
        bound += result;
    }
    if (make_links(dir, err) < 0)
        return -1;
    /* every devpts mount is a new instance since Linux 4.7; older kernels must be told */
    if (mount_dev(dir, "pts", "devpts", "newinstance,ptmxmode=0666,mode=0620",
            MS_NOSUID | MS_NOEXEC, err) < 0 ||
        mount_dev(dir, "shm", "tmpfs", "mode=1777,size=65536k", MS_NOSUID | MS_NODEV | MS_NOEXEC,
            err) < 0)
        return -1;
    if (ret_bound)
        *ret_bound = bound;
    return 0;
}
