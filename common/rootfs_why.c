// SPDX-License-Identifier: MIT
/*
 * Why did pivot_root fail? The kernel has a dozen reasons for two numbers, EINVAL and EBUSY, so the
 * cause is looked for afterwards, in the order in which the kernel checks (pivot_root(2) lists the
 * rules; fs/namespace.c has their order). Lab 05 provokes each of them.
 */
#include "cleanup.h"
#include "host.h"
#include "mount.h"
#include "rootfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pivot {
    const char *new_root, *put_old;
    struct mount_entry root_mount, new_mount, old_mount, new_parent;
    bool new_seen, old_seen; /* false: that mount is not in our mountinfo */
};

static int has_parents_id(const struct mount_entry *entry, void *arg)
{
    struct pivot *pivot = arg;

    if (entry->id != pivot->new_mount.parent_id)
        return 0;
    pivot->new_parent = *entry;
    return 1;
}

/* True when `path` is `top` or below it, symlinks resolved. */
static bool is_below(const char *path, const char *top)
{
    char real_path[PATH_MAX], real_top[PATH_MAX];

    if (!realpath(path, real_path) || !realpath(top, real_top))
        return false;
    size_t length = strcmp(real_top, "/") == 0 ? 0 : strlen(real_top);
    return strncmp(real_path, real_top, length) == 0 &&
           (real_path[length] == '/' || real_path[length] == '\0');
}

static int explain_busy(const struct pivot *pivot, struct err *err)
{
    if (pivot->new_mount.id == pivot->root_mount.id)
        return err_hint(err,
            "%s lies on the mount that is / now -> bind it onto itself first: mount "
            "--bind %s %s",
            pivot->new_root, pivot->new_root, pivot->new_root);
    return err_hint(err,
        "%s, where the old root is to go, lies on the mount that is / now -> give a "
        "directory below the new root, or \".\"",
        pivot->put_old);
}

static int explain_shared(const struct pivot *pivot, struct err *err)
{
    const char *which = pivot->new_parent.shared ? pivot->new_parent.point : pivot->put_old;

    return err_hint(err,
        "the mount at %s is shared: the change would reach other namespaces -> "
        "mount --make-rprivate / in a mount namespace of your own",
        which);
}

static int explain_invalid(struct pivot *pivot, struct err *err)
{
    struct err ignored;

    if (!mount_is_point("/"))
        return err_hint(err, "/ is no mount point: this process sits in a chroot -> leave it, or "
                             "bind the chroot's directory onto itself before the chroot");
    if (strcmp(pivot->root_mount.type, "rootfs") == 0)
        return err_hint(err, "/ is the initramfs, the one root that cannot be put away -> "
                             "switch_root to another mount first, or use MS_MOVE and chroot");
    if (!pivot->new_seen)
        return err_hint(err, "the new root's mount is not in this namespace's mountinfo below / -> "
                             "open the directory after unshare(2), not before");
    mount_each(0, has_parents_id, pivot, &ignored);
    if (pivot->new_parent.shared || (pivot->old_seen && pivot->old_mount.shared))
        return explain_shared(pivot, err);
    if (!mount_is_point(pivot->new_root))
        return err_hint(err,
            "%s is no mount point -> bind it onto itself first: mount --bind %s %s",
            pivot->new_root, pivot->new_root, pivot->new_root);
    if (!is_below(pivot->put_old, pivot->new_root))
        return err_hint(err,
            "%s, where the old root is to go, is not below %s -> make a directory "
            "there, or use \".\" for both",
            pivot->put_old, pivot->new_root);
    if (host_in_userns())
        return err_hint(err, "maybe the mount came locked from a namespace with more privilege -> "
                             "bind it anew, here; or the mount that / lies on is shared -> make it "
                             "private before the chroot");
    return err_hint(err,
        "nothing else is left: the mount that / lies on, which cannot be seen from "
        "below it, is shared -> make it private before the chroot");
}

int rootfs_explain_pivot(const char *new_root, const char *put_old, int code, struct err *err)
{
    struct pivot pivot = {.new_root = new_root, .put_old = put_old};
    struct err ignored;

    errno = code;
    err_sys(err, "pivot_root(\"%s\", \"%s\") failed", new_root, put_old);
    pivot.new_seen = mount_find(new_root, &pivot.new_mount, &ignored) == 0;
    pivot.old_seen = mount_find(put_old, &pivot.old_mount, &ignored) == 0;
    mount_find("/", &pivot.root_mount, &ignored);
    switch (code) {
    case EBUSY:
        return explain_busy(&pivot, err);
    case EINVAL:
        return explain_invalid(&pivot, err);
    case EPERM:
        return err_hint(err, "no CAP_SYS_ADMIN over this mount namespace -> run as root, or make a "
                             "user namespace together with it");
    case ENOTDIR:
        return err_hint(err, "one of the two is no directory -> give two directories");
    default:
        return -1;
    }
}
