// SPDX-License-Identifier: MIT
/*
 * Going to another root, in the form that lab 05 built up to.
 *
 * pivot_root(2) wants a mount point as the new root, so the directory is bound onto itself. And it
 * wants a place below it for the old root; with "." for both, the old root is laid over the new one
 * and then taken off again, so that the new root needs no directory for it and may be read-only.
 */
#include "rootfs.h"

#include "cleanup.h"
#include "fsio.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static int explain_bind(const char *dir, struct err *err)
{
    err_sys(err, "cannot bind %s onto itself", dir);
    if (errno == EACCES)
        return err_hint(err, "root of this user namespace may not pass a directory above it -> "
                             "chmod a+x every directory on the way");
    return -1;
}

int rootfs_bind(const char *dir, int *ret_fd, struct err *err)
{
    /* recursive: what was mounted below the directory comes along */
    if (mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0)
        return explain_bind(dir, err);
    /* only now: before the bind, the path led to what the bind has covered */
    *ret_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd < 0 ? err_sys(err, "cannot open %s", dir) : 0;
}

/* A mount that is a slave passes nothing on: not that it is taken away, either. */
static int leave_peers(int old_root, struct err *err)
{
    if (fchdir(old_root) < 0 || mount(NULL, ".", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return err_sys(err, "cannot part the old root from the host's");
    return 0;
}

int rootfs_pivot(int root_fd, bool shared, struct err *err)
{
    cleanup_close int old_root = shared ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fchdir(root_fd) < 0)
        return err_sys(err, "cannot change to the new root");
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return rootfs_explain_pivot(".", ".", errno, err);
    if (shared && leave_peers(old_root, err) < 0)
        return -1;
    /* on "." lies the old root now */
    if (umount2(".", MNT_DETACH) < 0)
        return err_sys(err, "cannot detach the old root");
    if (chdir("/") < 0)
        return err_sys(err, "cannot change to the new root");
    return 0;
}

/* Mount points, each with its NUL, one after another. */
struct points {
    char root[PATH_MAX]; /* the new root: what is below it stays */
    char *text;
    size_t length;
};

/* A whole proc or sysfs of the host: with it in reach, covers over the container's own hide
 * nothing, and a user namespace could mount another without covers. */
static int collect(const struct mount_entry *entry, void *arg)
{
    struct points *points = arg;
    size_t size = strlen(entry->point) + 1, below = strlen(points->root);

    if ((strcmp(entry->type, "proc") != 0 && strcmp(entry->type, "sysfs") != 0) ||
        strcmp(entry->root, "/") != 0)
        return 0;
    if (strncmp(entry->point, points->root, below) == 0 && entry->point[below] == '/')
        return 0;
    char *text = realloc(points->text, points->length + size);
    if (!text)
        return -1;
    memcpy(text + points->length, entry->point, size);
    points->text = text;
    points->length += size;
    return 0;
}

/* Refused in a user namespace, where they are locked: then they are covered. */
static int take_out(const char *point, struct err *err)
{
    if (mount(NULL, point, NULL, MS_REC | MS_SLAVE, NULL) == 0 && umount2(point, MNT_DETACH) == 0)
        return 0;
    if (errno == ENOENT || mount("tmpfs", point, "tmpfs", MS_RDONLY, NULL) == 0)
        return 0;
    return err_sys(err, "cannot take %s of the host away", point);
}

static int hide_host(int root_fd, struct err *err)
{
    struct points points = {0};
    char link[32];
    int result;

    snprintf(link, sizeof(link), "fd/%d", root_fd);
    if (fsio_readlink("/proc/self", link, points.root, err) < 0)
        return -1;
    result = mount_each(0, collect, &points, err);
    for (size_t at = 0; result == 0 && at < points.length; at += strlen(points.text + at) + 1)
        result = take_out(points.text + at, err);
    free(points.text);
    return result;
}

int rootfs_move(int root_fd, struct err *err)
{
    if (hide_host(root_fd, err) < 0)
        return -1;
    if (fchdir(root_fd) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
        chdir("/") < 0)
        return err_sys(err, "cannot move the new root over /");
    return 0;
}
