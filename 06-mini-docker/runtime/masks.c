// SPDX-License-Identifier: MIT
/*
 * What /proc and /sys tell and let change is the host's, for a good part of it is in no namespace.
 * A masked file is covered by /dev/null, a masked directory by an empty, read-only tmpfs; a
 * read-only path is bound onto itself and then made so. A path that this kernel does not have needs
 * no cover. Which of the two it is, is asked before: a bind that is refused costs the kernel as
 * much as an unmount, an RCU grace period.
 *
 * An image must not decide what is covered, nor with what. So each path is opened once, below the
 * root, and all else happens on that descriptor; below /proc it must be the kernel's procfs that
 * was reached, below /sys a file system of the kernel's, or our own tmpfs of v1's hierarchies. And
 * the null device is the host's, opened before the root is changed: that of the container may be a
 * symlink to what should be covered (CVE-2025-31133).
 */
#include "host_proc.h"
#include "mounts.h"
#include "stages.h"
#include "sysctl.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What is laid over a file, and over a directory; -1: not there yet. */
struct covers {
    int null, empty;
};

/* fsconfig(2)'s commands, which glibc has from 2.36 on. */
enum { SET_FLAG = 0, CREATE = 6 };
enum { CLOSE_ON_EXEC = 1 }; /* FSOPEN_CLOEXEC and FSMOUNT_CLOEXEC */

/* What the kernel itself shows below these two. A tmpfs is not among them: a root can lie on one.
 */
static const struct {
    const char *top;
    long magic;
} KERNEL[] = {
    {"/proc", PROC_SUPER_MAGIC},
    {"/sys", SYSFS_MAGIC},
    {"/sys", CGROUP_SUPER_MAGIC},
    {"/sys", CGROUP2_SUPER_MAGIC},
    {"/sys", SECURITYFS_MAGIC},
    {"/sys", SELINUX_MAGIC},
    {"/sys", DEBUGFS_MAGIC},
    {"/sys", TRACEFS_MAGIC},
    {"/sys", PSTOREFS_MAGIC},
    {"/sys", EFIVARFS_MAGIC},
    {"/sys", BPF_FS_MAGIC},
};

/* True when path is top, or below it. */
static bool is_below(const char *path, const char *top)
{
    size_t length = strlen(top);

    path += strspn(path, "/") > 1 ? strspn(path, "/") - 1 : 0;
    return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* True when this path, or one that it lies below, is covered already: a list can name one twice. */
static bool is_covered(const struct container *container, const char *path)
{
    for (const char *const *masked = container->spec->linux_.masked_paths;
         masked && *masked && *masked != path; masked++) {
        if (is_below(path, *masked))
            return true;
    }
    return false;
}

/* 1: it is what its path says, 0: it is covered already, -1: something else was put there. */
static int judge(const struct container *container, int fd, const char *path, struct err *err)
{
    bool judged = false;
    struct statfs fs;
    struct stat st;

    if (fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    if (container->groups_dev && st.st_dev == container->groups_dev)
        return 1;
    for (size_t i = 0; i < sizeof(KERNEL) / sizeof(KERNEL[0]); i++) {
        if (!is_below(path, KERNEL[i].top))
            continue;
        if (fs.f_type == KERNEL[i].magic)
            return 1;
        judged = true;
    }
    if (!judged)
        return 1;
    if (is_covered(container, path))
        return 0;
    err_set(err, ERR_SYS, "cannot cover %s: what lies there is not the kernel's", path);
    return err_hint(err,
        "the image, or a mount of the configuration, put a file system of type %#lx there -> take "
        "it away, or the path off maskedPaths and readonlyPaths",
        (unsigned long)fs.f_type);
}

/* "/proc/self/fd/7" */
static const char *fd_path(int fd, char buf[32])
{
    snprintf(buf, 32, "/proc/self/fd/%d", fd);
    return buf;
}

static int open_null(int *ret_fd, struct err *err)
{
    cleanup_close int fd = open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return err_sys(err, "cannot open /dev/null of the host");
    if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) {
        err_set(err, ERR_SYS, "/dev/null of the host is not the null device");
        return err_hint(err, "something replaced it -> mknod -m 666 /dev/null c 1 3");
    }
    *ret_fd = steal_fd(&fd);
    return 0;
}

/* An empty tmpfs that hangs nowhere. */
static int make_empty(struct err *err)
{
    cleanup_close int fs = (int)syscall(SYS_fsopen, "tmpfs", CLOSE_ON_EXEC);
    int fd = -1;

    if (fs >= 0 && syscall(SYS_fsconfig, fs, SET_FLAG, "ro", NULL, 0) == 0 &&
        syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0) == 0)
        fd = (int)syscall(SYS_fsmount, fs, CLOSE_ON_EXEC, MOUNT_RDONLY);
    return fd < 0 ? err_sys(err, "cannot make an empty tmpfs") : fd;
}

/* Every file system costs memory and time: the one over the first directory is bound to the rest.
 */
static int cover_directory(struct covers *covers, int fd, const char *path, struct err *err)
{
    char empty[32];

    if (covers->empty >= 0)
        return mount_on(fd, path, fd_path(covers->empty, empty), NULL, MS_BIND, NULL, err);
    covers->empty = make_empty(err);
    return covers->empty < 0 ? -1 : mount_attach(covers->empty, fd, path, err);
}

static int mask(struct covers *covers, int fd, const char *path, struct err *err)
{
    char null[32];
    struct stat st;

    if (fstat(fd, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    return S_ISDIR(st.st_mode)
               ? cover_directory(covers, fd, path, err)
               : mount_on(fd, path, fd_path(covers->null, null), NULL, MS_BIND, NULL, err);
}

static int make_readonly(int fd, const char *path, struct err *err)
{
    static const struct mount_attributes readonly = {.set = MOUNT_RDONLY};
    char source[32];
    cleanup_close int tree = mount_clone(fd_path(fd, source), true, err);

    return tree < 0 || mount_set_attributes(tree, path, true, &readonly, err) < 0
               ? -1
               : mount_attach(tree, fd, path, err);
}

/* Mask a path, or with `covers` NULL make it read-only. 1: done, 0: nothing to do, -1: error. */
static int cover(
    const struct container *container, struct covers *covers, const char *path, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(container->root_fd, path, MOUNT_MAKE_NOTHING, err);

    if (fd < 0)
        return err->code == ENOENT ? 0 : -1;
    int verdict = judge(container, fd, path, err);
    if (verdict <= 0)
        return verdict;
    int result = covers ? mask(covers, fd, path, err) : make_readonly(fd, path, err);
    return result < 0 ? -1 : 1;
}

static int cover_each(const struct container *container, struct covers *covers,
    const char *const *paths, struct err *err)
{
    int done = 0;

    for (const char *const *path = paths; path && *path; path++) {
        int result = cover(container, covers, *path, err);
        if (result < 0)
            return -1;
        done += result;
    }
    explain_step(&container->explain, "proc(5), mount(2); lab 05", "%s: %d",
        covers ? "cover paths of /proc and /sys that tell of the host"
               : "make paths of /proc that set the host read-only",
        done);
    return 0;
}

/*
 * Whatever else is mounted on /proc has none of the paths to cover, so it would pass for a procfs
 * with all its covers on. Without any mount there, none was asked for.
 */
static int check_proc(struct container *container, struct err *err)
{
    cleanup_close int fd = mount_open_in_root(container->root_fd, "/proc", MOUNT_MAKE_NOTHING, err);
    char path[32];

    if (fd < 0)
        return err->code == ENOENT ? 0 : -1;
    if (host_proc_is_whole(fd)) {
        sysctl_open(container, fd);
        return 0;
    }
    if (!mount_is_point(fd_path(fd, path)))
        return 0;
    err_set(err, ERR_SYS, "cannot use what is mounted on /proc: it is not the kernel's procfs");
    return err_hint(err,
        "a mount of the configuration put something else, or a part of one, there, "
        "where no mask holds -> mount type proc on /proc");
}

static int cover_all(struct container *container, struct covers *covers, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    if (check_proc(container, err) < 0)
        return -1;
    if (l->masked_paths && open_null(&covers->null, err) < 0)
        return -1;
    if (cover_each(container, covers, l->masked_paths, err) < 0)
        return -1;
    return cover_each(container, NULL, l->readonly_paths, err);
}

int stage_masks(struct container *container, struct err *err)
{
    struct covers covers = {-1, -1};
    int result = cover_all(container, &covers, err);

    close_fd(&covers.null);
    close_fd(&covers.empty);
    return result < 0 ? -1 : mounts_finish(container, err);
}
