// SPDX-License-Identifier: MIT
/*
 * A root of layers: those below are only read and may be shared by many containers; what this one
 * writes goes to `upper` (lab 05, overlay). It is mounted by the container's first process in its
 * own mount namespace: nobody else sees the mount, and the kernel takes it away with the last
 * process, however that ended.
 *
 * Where overlayfs cannot be had, because `upper` itself lies on one (in a container, in the
 * throwaway machine) or the kernel refuses it to ordinary users, the single lower layer is copied
 * once, into `work`, and that is the root. What must hold: the copy is whole or not there; and what
 * a root began as, it stays: what it has written is in the overlay, or in the copy.
 */
#include "root_overlay.h"
#include "stages.h"

#include "cleanup.h"
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* mount(2) copies one page of data. */
enum { DATA = 4096 };

/*
 * In a user namespace overlayfs keeps its marks in user.* attributes, as trusted.* are refused
 * (the kernel's Documentation/filesystems/overlayfs.rst). Where a kernel would let a directory that
 * was renamed, or a file whose owner was changed, refer to the layer below, it is told not to:
 * `upper` alone must say what has changed, for diff and commit. And `upper` is not bound to the
 * very inodes below it, nor to one mount, as some kernels have it (index=on): a store that was
 * copied would not start, nor a container whose last mount the kernel is still taking away.
 *
 * At its end an overlay syncs the whole file system of `upper`, which waits for what everybody else
 * has written there: not a volatile one.
 */
static bool write_data(char data[DATA], const struct spec_root *root, const char *lower, bool user)
{
    return snprintf(data, DATA, "index=off,lowerdir=%s%s%s%s%s%s%s", lower,
               root->upper ? ",upperdir=" : "", root->upper ? root->upper : "",
               root->upper ? ",workdir=" : "", root->upper ? root->work : "",
               user ? ",userxattr" : ",redirect_dir=off,metacopy=off",
               root->fleeting ? ",volatile" : "") < DATA;
}

/* How long the path is, with its last slash, that all layers begin with. */
static size_t shared_length(const char *lower)
{
    size_t shared = strcspn(lower, ":");

    for (const char *at = lower; at; at = strchr(at, ':')) {
        size_t same = 0;
        at += *at == ':';
        while (same < shared && at[same] == lower[same])
            same++;
        shared = same;
    }
    while (shared > 0 && lower[shared - 1] != '/')
        shared--;
    return shared;
}

/* Many layers, whose paths do not fit: go where they all lie, and name them from there. */
static int mount_many(const struct spec_root *root, char data[DATA], bool user)
{
    cleanup_close int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    cleanup_free char *dir = strndup(root->lower, shared_length(root->lower));
    cleanup_free char *names = calloc(1, strlen(root->lower) + 1);
    size_t skip = dir ? strlen(dir) : 0;
    char *to = names;

    for (const char *at = root->lower; names && at; at = strchr(at, ':')) {
        if (*at == ':')
            *to++ = *at++;
        to = mempcpy(to, at + skip, strcspn(at, ":") - skip);
    }
    if (here < 0 || !names || skip == 0 || !write_data(data, root, names, user)) {
        errno = E2BIG;
        return -1;
    }
    int result = chdir(dir);
    if (result == 0)
        result = mount("overlay", root->path, "overlay", root->upper ? 0 : MS_RDONLY, data);
    int code = errno;
    if (fchdir(here) < 0)
        return -1;
    errno = code;
    return result;
}

static int mount_overlay(const struct spec_root *root, bool user)
{
    char data[DATA];

    if (!write_data(data, root, root->lower, user))
        return mount_many(root, data, user);
    return mount("overlay", root->path, "overlay", root->upper ? 0 : MS_RDONLY, data);
}

static int copy_lower(const struct spec_root *root, const char *to, struct err *err)
{
    cleanup_close int from_dir = open(root->lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_close int to_dir = -1;

    if (from_dir < 0)
        return err_sys(err, "cannot open %s", root->lower);
    if (mkdir(to, 0755) == 0)
        to_dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to_dir < 0)
        return err_sys(err, "cannot make %s", to);
    return rootfs_copy_inside(from_dir, to_dir, ROOTFS_OWNERS, err);
}

/* One that a killed start left half-way has another name; each start has a name of its own. */
static int use_copy(const struct spec_root *root, struct err *err)
{
    char copy[PATH_MAX], part[PATH_MAX];

    snprintf(copy, sizeof(copy), "%s/copy", root->work);
    snprintf(part, sizeof(part), "%s/part-%d-%llu", root->work, getpid(),
        (unsigned long long)explain_now());
    if (access(copy, F_OK) < 0 && (copy_lower(root, part, err) < 0))
        return -1;
    if (access(copy, F_OK) < 0 && rename(part, copy) < 0)
        return err_sys(err, "cannot make %s", copy);
    if (mount(copy, root->path, NULL, MS_BIND, NULL) < 0)
        return err_sys(err, "cannot bind %s", copy);
    return 0;
}

/* overlayfs makes a directory "work" of its own in there, with the first mount. */
static bool has(const struct spec_root *root, const char *name)
{
    char path[PATH_MAX];

    return root->upper && snprintf(path, sizeof(path), "%s/%s", root->work, name) < PATH_MAX &&
           access(path, F_OK) == 0;
}

/* overlayfs mounts read-only, and says so only in the kernel's log, where it cannot make a
 * directory in `work`. Nobody has asked for that. */
static int check_writable(const struct spec_root *root)
{
    struct statvfs fs;

    if (!root->upper || statvfs(root->path, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
        return 0;
    umount2(root->path, MNT_DETACH);
    errno = statvfs(root->work, &fs) == 0 && (fs.f_flag & ST_RDONLY) ? EROFS : ENOSPC;
    return -1;
}

int root_overlay_mount(const struct spec_root *root, bool user, struct err *err)
{
    struct spec_root lasting = *root;

    if (has(root, "copy"))
        return use_copy(root, err);
    bool began = has(root, "work");
    lasting.fleeting = false; /* Linux before 5.10 knows no volatile overlay */
    if ((mount_overlay(root, user) == 0 ||
            (root->fleeting && mount_overlay(&lasting, user) == 0)) &&
        check_writable(root) == 0)
        return 0;
    err_sys(err, "cannot mount an overlay on %s", root->path);
    if (err->code == E2BIG)
        return err_hint(err, "the paths of its layers do not fit into one page -> fewer layers, or "
                             "a shorter --root");
    if (!root->upper || err->code == ENOSPC || err->code == EDQUOT || err->code == EROFS)
        return -1;
    if (began)
        return err_hint(err,
            "what it has written is in an overlay, and where its files lie now there can be none "
            "-> put them back on the file system that it began on");
    if (strchr(root->lower, ':') || access(root->lower, R_OK) < 0)
        return err_hint(err,
            "maybe the file system of %s cannot be an upper layer, as an overlay "
            "itself cannot -> --root on another one, a tmpfs for example",
            root->upper);
    return use_copy(root, err);
}

int root_overlay(const struct container *container, struct err *err)
{
    explain_step(&container->explain, "overlayfs.rst; lab 05",
        "mount overlay: the image's layers below, what is written above");
    return root_overlay_mount(&container->spec->root, container->user, err);
}
