// SPDX-License-Identifier: MIT
/*
 * The new root, before and after everything else. Before: it is made a mount of its own, since
 * pivot_root(2) wants one, and since what is mounted below must go on that mount. After: the
 * process moves in and the old root is taken away.
 *
 * A root of layers (root_overlay.c) is mounted in the container's own mount namespace, so the
 * kernel takes it away with the last process, however that ended.
 */
#include "mounts.h"
#include "stages.h"

#include "cleanup.h"
#include "mount.h"
#include "rootfs.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Where the host's mounts are not made private, for the sake of a volume that is to hear of its
 * later mounts, one of them must be: that on which the root lies. The root becomes a copy of it,
 * and what is mounted in a shared copy is mounted on the host too. pivot_root(2) wants the same.
 */
static int make_parent_private(const char *path, struct err *err)
{
    struct mount_entry entry;

    if (mount_find(path, &entry, err) < 0)
        return -1;
    if (mount(NULL, entry.point, NULL, MS_PRIVATE, NULL) < 0)
        return err_sys(err, "cannot make the mount at %s private", entry.point);
    return 0;
}

static int check_namespace(const struct container *container, struct err *err)
{
    if (container->namespaces.own & CLONE_NEWNS)
        return 0;
    err_set(err, ERR_USAGE, "the container has no mount namespace of its own");
    return err_hint(err, "its mounts would be made on the host -> add {\"type\": \"mount\"} to "
                         "linux.namespaces");
}

int stage_root(struct container *container, struct err *err)
{
    const struct spec_root *root = &container->spec->root;
    unsigned long propagation = mounts_base_propagation(container->spec);
    const char *path = root->path;

    if (check_namespace(container, err) < 0)
        return -1;
    umask(022); /* for directories that are made on the way, and for the program */
    explain_step(&container->explain, "mount_namespaces(7); lab 01", "make every mount %s",
        propagation == MS_PRIVATE ? "private" : "a slave, or shared, as a volume wants it");
    if (mount_make_all(propagation, err) < 0)
        return -1;
    /* before the overlay, which would be the host's, too */
    if (propagation != MS_PRIVATE && make_parent_private(path, err) < 0)
        return -1;
    if (root->lower && root_overlay(container, err) < 0)
        return -1;
    explain_step(&container->explain, "mount(2); lab 05", "bind the root onto itself");
    return rootfs_bind(path, &container->root_fd, err);
}

/* It is made in a root that cannot be written, too. Why it could not be, change_directory says. */
static void make_directory(const struct container *container)
{
    struct err ignored;
    cleanup_close int fd = mount_open_in_root(
        container->root_fd, container->spec->process.cwd, MOUNT_MAKE_DIR, &ignored);

    (void)fd;
}

static int make_readonly(const struct container *container, struct err *err)
{
    static const struct mount_attributes readonly = {.set = MOUNT_RDONLY};

    make_directory(container);
    return mount_set_attributes(container->root_fd, "/", false, &readonly, err);
}

int stage_pivot(struct container *container, struct err *err)
{
    const struct spec *spec = container->spec;
    unsigned long propagation = spec->linux_.rootfs_propagation;
    bool is_private = mounts_base_propagation(spec) == MS_PRIVATE;

    /* a bind can be read-only where its file system is not; all that had to be made in it is there
     */
    if (spec->root.readonly && make_readonly(container, err) < 0)
        return -1;
    explain_step(&container->explain, "pivot_root(2); lab 05",
        container->no_pivot ? "move the root over /, and chroot"
                            : "pivot_root(\".\", \".\"), and the old root is detached");
    if ((container->no_pivot ? rootfs_move(container->root_fd, err)
                             : rootfs_pivot(container->root_fd, !is_private, err)) < 0)
        return -1;
    close_fd(&container->root_fd);
    if (propagation && mount(NULL, "/", NULL, propagation, NULL) < 0)
        return err_sys(err, "cannot set rootfsPropagation");
    return 0;
}
