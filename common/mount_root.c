// SPDX-License-Identifier: MIT
/*
 * Mounting below a root whose files belong to somebody else, who may change them meanwhile.
 *
 * mount(2) takes a path and follows the symlinks in it. In an image, /proc could be a symlink to
 * /etc, and mounting proc on "ROOT/proc" would then cover the host's /etc. So each target is opened
 * first with openat2(RESOLVE_IN_ROOT), in which no symlink leads out, and the mount is made on that
 * descriptor through /proc/self/fd/N. Nobody can swap a directory for a symlink in between.
 *
 * Two things are refused even inside: a target that is the root itself, since what lies over the
 * root is not seen after the pivot_root; and a proc or sysfs whose path leads through a symlink,
 * since the masks that come later would be looked for at another place than where it is.
 */
#include "mount.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * EAGAIN: somebody renamed something in the whole system while ".." was walked, so the kernel
 * cannot vouch for the way and asks to try again (openat2(2)).
 */
static int open_in_root(int root_fd, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {
        .flags = flags | O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
    };
    int fd, tries = 128;

    do
        fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
    while (fd < 0 && errno == EAGAIN && --tries > 0);
    return fd;
}

/*
 * Makes the last word of `path` in the directory that the words before it lead to. Only one word is
 * given to mkdirat, which does not follow a symlink in its last word.
 */
static int make_last(int root_fd, const char *path, size_t length, enum mount_make make)
{
    char parent[PATH_MAX], name[NAME_MAX + 1];
    size_t slash = length;

    while (slash > 0 && path[slash - 1] != '/')
        slash--;
    if (snprintf(parent, sizeof(parent), "/%.*s", (int)slash, path) >= (int)sizeof(parent) ||
        length - slash > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(name, sizeof(name), "%.*s", (int)(length - slash), path + slash);
    cleanup_close int dir = open_in_root(root_fd, parent, O_DIRECTORY, 0);
    if (dir < 0)
        return -1;
    if (make == MOUNT_MAKE_DIR)
        return mkdirat(dir, name, 0755);
    cleanup_close int file = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    return file < 0 ? -1 : 0;
}

/* Makes what is missing: the last word if that is all, else word by word, "a", "a/b", "a/b/c",
 * where only c may be a file. Returns why the first that is missing could not be made, or 0. */
static int make_path(int root_fd, const char *path, enum mount_make make)
{
    size_t length = strlen(path);

    while (length > 0 && path[length - 1] == '/')
        length--;
    if (make_last(root_fd, path, length, make) == 0 || errno == EEXIST)
        return 0;
    for (size_t end = strspn(path, "/"); end < length; end += strspn(path + end, "/")) {
        end += strcspn(path + end, "/");
        enum mount_make kind = end < length ? MOUNT_MAKE_DIR : make;
        if (make_last(root_fd, path, end, kind) < 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

static int explain_open(const char *path, int why_not_made, struct err *err)
{
    err_sys(err, "cannot open %s below the new root", path);
    if (errno == ENOSYS)
        return err_hint(err, "openat2(2) came with Linux 5.6 -> a newer kernel");
    if (errno == ELOOP)
        return err_hint(err, "a symlink leads there, or leads in circles -> name the place itself");
    if (why_not_made < 0 || errno != ENOENT)
        return -1;
    if (why_not_made == EROFS)
        return err_hint(err, "it is missing, and the root's file system is read-only -> make it in "
                             "the image");
    if (why_not_made > 0 && why_not_made != ENOENT)
        return err_hint(err, "it is missing, and making it failed (%s) -> make it in the image",
            strerror(why_not_made));
    return err_hint(err, "a symlink there leads to nothing -> make it in the image");
}

/* why_not_made: -1 nobody tried to make it. */
static int open_or_make(
    int root_fd, const char *path, enum mount_make make, uint64_t resolve, struct err *err)
{
    int fd = open_in_root(root_fd, path, 0, resolve);
    int why_not_made = -1;

    if (fd < 0 && errno == ENOENT && make != MOUNT_MAKE_NOTHING) {
        why_not_made = make_path(root_fd, path, make);
        fd = open_in_root(root_fd, path, 0, resolve);
    }
    return fd >= 0 ? fd : explain_open(path, why_not_made, err);
}

int mount_open_in_root(int root_fd, const char *path, enum mount_make make, struct err *err)
{
    return open_or_make(root_fd, path, make, 0, err);
}

static bool is_same(int a, int b)
{
    struct stat first, second;

    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Without symlinks, only such a path can end in the root itself. */
static bool climbs(const char *path)
{
    return strstr(path, "..") || path[strspn(path, "/.")] == '\0';
}

int mount_open_target(
    int root_fd, const char *path, enum mount_make make, bool links, struct err *err)
{
    int fd = open_or_make(root_fd, path, make, RESOLVE_NO_SYMLINKS, err);
    bool linked = fd < 0 && err->code == ELOOP;

    if (linked && !links) {
        err_set(err, ERR_SYS, "cannot mount on %s: it is, or lies behind, a symlink", path);
        return err_hint(err, "what this image has there would lead the mount, and the masks over "
                             "it, to another place -> make it a directory in the image");
    }
    if (linked)
        fd = open_or_make(root_fd, path, make, 0, err);
    if (fd < 0 || !(linked || climbs(path)) || !is_same(fd, root_fd))
        return fd;
    close(fd);
    err_set(err, ERR_SYS, "cannot mount on %s: it is the root itself", path);
    return err_hint(err, "the path, or a symlink at it in the image, leads to / -> mount somewhere "
                         "below it");
}

static int explain_mount(const char *type, struct err *err)
{
    if (err->code == EPERM)
        return err_hint(err,
            "no CAP_SYS_ADMIN over this mount namespace, or a %s that the host hides in "
            "part -> run as root",
            type);
    if (err->code == ENODEV)
        return err_hint(err, "this kernel has no file system %s -> modprobe %s", type, type);
    if (err->code == ENOSPC)
        return err_hint(err, "too many mounts -> compare with /proc/sys/fs/mount-max");
    if (err->code == ENOTDIR)
        return err_hint(err, "what is there is no directory -> mount on a directory");
    return -1;
}

int mount_on(int target_fd, const char *target, const char *source, const char *type,
    unsigned long flags, const char *data, struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", target_fd);
    if (mount(source, path, type, flags, data) == 0)
        return 0;
    err_sys(err, "cannot mount %s on %s below the new root", type ? type : source, target);
    if (err->code == EINVAL && data)
        return err_hint(
            err, "maybe one of its options is not known here: %s -> leave it out", data);
    return explain_mount(type ? type : "mount", err);
}

int mount_in_root(int root_fd, const char *source, const char *target, const char *type,
    unsigned long flags, const char *data, struct err *err)
{
    bool links = strcmp(type, "proc") != 0 && strcmp(type, "sysfs") != 0;
    cleanup_close int fd = mount_open_target(root_fd, target, MOUNT_MAKE_DIR, links, err);

    return fd < 0 ? -1 : mount_on(fd, target, source, type, flags, data, err);
}
