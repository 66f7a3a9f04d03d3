// SPDX-License-Identifier: MIT
/*
 * The new root, before and after everything else. Before: it is made a mount of its own, since
 * pivot_root(2) wants one, and since what is mounted below must go on that mount. After: the
 * process moves in and the old root is taken away.
 *
 * An ephemeral root is a lower layer that is only read, with a layer in memory over it (lab 05,
 * overlay). It is mounted in the container's own mount namespace, so the kernel takes it away with
 * the last process, however that ended.
 */
#include "mounts.h"
#include "stages.h"

#include "cleanup.h"
#include "mount.h"
#include "rootfs.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Room for the run's directory, and a name in it. */
enum { LAYER_PATH = 128 };

/* Make dir/name. */
static int make_dir(const char *dir, const char *name, char ret_path[LAYER_PATH], struct err *err)
{
    snprintf(ret_path, LAYER_PATH, "%s/%s", dir, name);
    if (mkdir(ret_path, 0755) < 0)
        return err_sys(err, "cannot make %s", ret_path);
    return 0;
}

/*
 * In a user namespace overlayfs keeps its marks in user.* attributes, as trusted.* are refused
 * (the kernel's Documentation/filesystems/overlayfs.rst). Files of users that are not mapped in
 * there would belong to nobody and be read-only for the container's root.
 */
static bool overlay_fits(const char *lower)
{
    struct stat st;

    return stat(lower, &st) == 0 && st.st_uid == geteuid();
}

/* Returns -1 where this kernel or this file system cannot do it; nothing is mounted then. */
static int mount_overlay(const char *lower, const char *layer, const char *root, bool user)
{
    char data[PATH_MAX + 3 * LAYER_PATH];

    snprintf(data, sizeof(data), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work%s", lower, layer,
        layer, user ? ",userxattr" : "");
    return mount("overlay", root, "overlay", 0, data);
}

/* Leaves the path of the root in ret_root. */
static int mount_ephemeral(
    const struct container *container, char ret_root[LAYER_PATH], struct err *err)
{
    const struct spec *spec = container->spec;
    bool user = spec->linux_.namespaces & CLONE_NEWUSER;
    char layer[LAYER_PATH], path[LAYER_PATH];

    if (make_dir(container->undo->dir, "layer", layer, err) < 0)
        return -1;
    if (mount("tmpfs", layer, "tmpfs", 0, "mode=755") < 0)
        return err_sys(err, "cannot mount a layer in memory");
    if (make_dir(layer, "upper", path, err) < 0 || make_dir(layer, "work", path, err) < 0 ||
        make_dir(layer, "root", ret_root, err) < 0)
        return -1;
    explain_step(&container->explain, "overlayfs.rst; lab 05",
        "mount overlay: the root below, a tmpfs above for what is written");
    if (overlay_fits(spec->root.path) && mount_overlay(spec->root.path, layer, ret_root, user) == 0)
        return 0;
    explain_step(&container->explain, "lab 05", "no overlay here: copy it to memory instead");
    snprintf(ret_root, LAYER_PATH, "%s/copy", layer);
    return rootfs_copy(spec->root.path, ret_root, err);
}

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
    char layer_root[LAYER_PATH];
    const char *path = root->path;

    if (check_namespace(container, err) < 0)
        return -1;
    umask(022); /* for directories that are made on the way, and for the program */
    explain_step(&container->explain, "mount_namespaces(7); lab 01", "make every mount %s",
        propagation == MS_PRIVATE ? "private" : "a slave, or shared, as a volume wants it");
    if (mount_make_all(propagation, err) < 0)
        return -1;
    if (root->ephemeral) {
        if (mount_ephemeral(container, layer_root, err) < 0)
            return -1;
        path = layer_root;
    }
    if (root->lower && root_overlay(container, err) < 0)
        return -1;
    if (propagation != MS_PRIVATE && make_parent_private(path, err) < 0)
        return -1;
    explain_step(&container->explain, "mount(2); lab 05", "bind the root onto itself");
    return rootfs_bind(path, &container->root_fd, err);
}

int stage_pivot(struct container *container, struct err *err)
{
    static const struct mount_attributes readonly = {.set = MOUNT_RDONLY};
    const struct spec *spec = container->spec;
    unsigned long propagation = spec->linux_.rootfs_propagation;
    bool is_private = mounts_base_propagation(spec) == MS_PRIVATE;

    /* a bind can be read-only where its file system is not; all that had to be made in it is there
     */
    if (spec->root.readonly &&
        mount_set_attributes(container->root_fd, "/", false, &readonly, err) < 0)
        return -1;
    explain_step(&container->explain, "pivot_root(2); lab 05",
        container->no_pivot ? "move the root over /, and chroot"
                            : "pivot_root(\".\", \".\"), and the old root is detached");
    if ((container->no_pivot ? rootfs_move(container->root_fd, err)
                             : rootfs_pivot(container->root_fd, !is_private, err)) < 0)
        return -1;
    close(steal_fd(&container->root_fd));
    if (propagation && mount(NULL, "/", NULL, propagation, NULL) < 0)
        return err_sys(err, "cannot set rootfsPropagation");
    return 0;
}
