// SPDX-License-Identifier: MIT
/*
 * The device files: those that every program expects, whether the configuration lists them or not,
 * then those of linux.devices, and the links of /dev (lab 05, dev). A /dev that was bound from the
 * host is left as it is. Source: the OCI's config-linux.md, "Devices", "Default Devices".
 */
#include "mounts.h"
#include "stages.h"

#include "cleanup.h"
#include "rootfs.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>

/* 1: yes, -1: its options are wrong. */
static int dev_is_bound(const struct container *container, struct err *err)
{
    struct mounts_options options;

    for (size_t i = 0; i < container->spec->mounts_count; i++) {
        const struct spec_mount *m = &container->spec->mounts[i];
        if (!mounts_is_dev(m))
            continue;
        if (mounts_read_options(container, m, &options, err) < 0)
            return -1;
        if (mounts_is_bind(m, &options))
            return 1;
    }
    return 0;
}

/* "/dev/net" of "/dev/net/tun". */
static int open_parent(int root_fd, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];

    if (!slash || !slash[1])
        return err_set(err, ERR_USAGE, "the device path \"%s\" names no file", path);
    if (snprintf(parent, sizeof(parent), "%.*s/", (int)(slash - path), path) >= PATH_MAX)
        return err_set(err, ERR_USAGE, "the device path %s is too long", path);
    return mount_open_in_root(root_fd, parent, MOUNT_MAKE_DIR, err);
}

/* dev_fd is /dev, open, where nearly all of them are. */
static int make_one(const struct container *container, int dev_fd, bool bind,
    const struct spec_device *device, struct err *err)
{
    struct rootfs_device want = {
        .path = device->path,
        .mode = device->type_and_mode,
        .major = device->major,
        .minor = device->minor,
        .uid = device->uid,
        .gid = device->gid,
    };
    bool in_dev = strncmp(device->path, "/dev/", 5) == 0 && !strchr(device->path + 5, '/');

    if (strcmp(device->path, "/dev/ptmx") == 0)
        return 0; /* a link to that of the container's own devpts */
    if (in_dev && device->path[5])
        return rootfs_dev_make(dev_fd, &want, bind, err);
    cleanup_close int dir = open_parent(container->root_fd, device->path, err);
    return dir < 0 ? -1 : rootfs_dev_make(dir, &want, bind || rootfs_dev_is_dead(dir), err);
}

static bool is_listed(const struct spec_linux *l, const char *path)
{
    for (size_t i = 0; i < l->devices_count; i++) {
        if (strcmp(l->devices[i].path, path) == 0)
            return true;
    }
    return false;
}

static int make_all(const struct container *container, int dev_fd, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;
    bool bind = container->namespaces.own & CLONE_NEWUSER || rootfs_dev_is_dead(dev_fd);

    for (size_t i = 0; i < ROOTFS_DEVICES; i++) {
        if (!is_listed(l, rootfs_devices[i].path) &&
            rootfs_dev_make(dev_fd, &rootfs_devices[i], bind, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < l->devices_count; i++) {
        if (make_one(container, dev_fd, bind, &l->devices[i], err) < 0)
            return -1;
    }
    return rootfs_dev_links(dev_fd, err);
}

int stage_devices(struct container *container, struct err *err)
{
    int bound = dev_is_bound(container, err);

    if (bound)
        return bound < 0 ? -1 : 0;
    cleanup_close int dev_fd = mount_open_in_root(container->root_fd, "/dev", MOUNT_MAKE_DIR, err);
    if (dev_fd < 0)
        return -1;
    explain_step(&container->explain, "mknod(2), symlink(2); lab 05",
        "%zu device files in /dev, and the links /dev/fd, /dev/stdin and so on",
        ROOTFS_DEVICES + container->spec->linux_.devices_count);
    mode_t mask = umask(0); /* mknod sets the mode, and nothing after it */
    int result = make_all(container, dev_fd, err);
    umask(mask);
    return result;
}
