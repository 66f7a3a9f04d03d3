// SPDX-License-Identifier: MIT
/*
 * What /proc and /sys tell and let change is the host's, for a good part of it is in no namespace.
 * A masked file is covered by /dev/null, a masked directory by an empty, read-only tmpfs; a
 * read-only path is bound onto itself and then made so. A path that this kernel does not have needs
 * no cover.
 */
#include "stages.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* "/proc/self/fd/7" */
static const char *fd_path(int fd, char buf[32])
{
    snprintf(buf, 32, "/proc/self/fd/%d", fd);
    return buf;
}

/* 1: covered, 0: this kernel has no such path, -1: error. */
static int mask(const struct container *container, const char *path, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(container->root_fd, path, MOUNT_MAKE_NOTHING, err);
    struct stat st;
    char target[32];

    if (fd < 0)
        return err->code == ENOENT ? 0 : -1;
    if (fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    int result = S_ISDIR(st.st_mode)
                     ? mount("tmpfs", fd_path(fd, target), "tmpfs", MS_RDONLY, "size=0k")
                     : mount("/dev/null", fd_path(fd, target), NULL, MS_BIND, NULL);
    return result < 0 ? err_sys(err, "cannot cover %s", path) : 1;
}

/* 1: done, 0: this kernel has no such path, -1: error. */
static int make_readonly(const struct container *container, const char *path, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(container->root_fd, path, MOUNT_MAKE_NOTHING, err);
    char source[32];

    if (fd < 0)
        return err->code == ENOENT ? 0 : -1;
    if (mount_bind_in_root(container->root_fd, fd_path(fd, source), path, MS_RDONLY | MS_REC, err) <
        0)
        return -1;
    return 1;
}

static int each(const struct container *container, const char *const *paths,
    int (*cover)(const struct container *, const char *, struct err *), const char *what,
    struct err *err)
{
    int done = 0;

    for (const char *const *path = paths; path && *path; path++) {
        int result = cover(container, *path, err);
        if (result < 0)
            return -1;
        done += result;
    }
    explain_step(&container->explain, "proc(5), mount(2); lab 05", "%s: %d", what, done);
    return 0;
}

int stage_masks(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    if (each(container, l->masked_paths, mask,
            "cover paths of /proc and /sys that tell of the host", err) < 0)
        return -1;
    return each(container, l->readonly_paths, make_readonly,
        "make paths of /proc that set the host read-only", err);
}
