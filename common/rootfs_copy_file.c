// SPDX-License-Identifier: MIT
/*
 * One file of a tree that is copied: its bytes, and what else belongs to it.
 *
 * Whoever owns `to` may be a container that runs: it may put a symlink where we have just made a
 * file. So all that is said of a file is said of its descriptor, never of its name; and where the
 * name may be in use, the file is made without one (O_TMPFILE) and gets its name when it is whole.
 */
#include "rootfs_copy.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { TRIES = 16 };

/* From where both stand, `length` bytes at most. */
static int copy_slowly(int from, int to, off_t length)
{
    static char buffer[256 * 1024];
    ssize_t got = 1;

    while (length > 0 && got > 0) {
        size_t most = length < (off_t)sizeof(buffer) ? (size_t)length : sizeof(buffer);
        got = read(from, buffer, most);
        length -= got;
        for (ssize_t done = 0, n; done < got; done += n) {
            n = write(to, buffer + done, (size_t)(got - done));
            if (n < 0)
                return -1;
        }
    }
    return got < 0 ? -1 : 0;
}

/* The kernel may share the blocks, or have the file system copy them; not every one can, and not
 * between two of them. */
static int copy_extent(int from, int to, off_t length)
{
    while (length > 0) {
        ssize_t done = copy_file_range(from, NULL, to, NULL, (size_t)length, 0);
        if (done <= 0) /* 0 also of files that the kernel makes up as they are read */
            return copy_slowly(from, to, length);
        length -= done;
    }
    return 0;
}

/* Holes stay holes. What a file of /proc or /sys says of its size is not so: such are read to
 * their end. */
static int copy_bytes(int from, int to, off_t size)
{
    off_t data = 0, hole = 0;

    if (size == 0)
        return copy_slowly(from, to, INT64_MAX);
    if (ioctl(to, FICLONE, from) == 0)
        return 0;
    while ((data = lseek(from, hole, SEEK_DATA)) >= 0) {
        hole = lseek(from, data, SEEK_HOLE);
        if (hole < 0 || lseek(from, data, SEEK_SET) < 0 || lseek(to, data, SEEK_SET) < 0 ||
            copy_extent(from, to, hole - data) < 0)
            return -1;
    }
    if (errno != ENXIO) /* who does not know holes may not know data either */
        return hole == 0 ? copy_slowly(from, to, INT64_MAX) : -1;
    return hole < size ? ftruncate(to, size) : 0;
}

/* Those of an overlay's layers say where they lie, and are no part of the file. */
static bool is_overlays(const char *name)
{
    return strncmp(name, "trusted.overlay.", 16) == 0 || strncmp(name, "user.overlay.", 13) == 0;
}

/* What the file system or our rights refuse is left out; and without the owner what gives rights.
 */
static int copy_attributes(const struct copy *copy, int from, int to)
{
    char names[4096], value[4096];
    ssize_t length = flistxattr(from, names, sizeof(names));

    for (char *name = names; name < names + length; name += strlen(name) + 1) {
        bool meant =
            !is_overlays(name) && (copy->how & ROOTFS_OWNERS || strncmp(name, "user.", 5) == 0);
        ssize_t size = meant ? fgetxattr(from, name, value, sizeof(value)) : -1;
        if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) < 0 && errno == ENOSPC)
            return -1;
    }
    return 0;
}

/* In this order: a change of owner takes set-user-ID bits and capabilities away. */
int copy_rights(const struct copy *copy, int from, int to, const struct stat *st)
{
    const struct timespec times[] = {st->st_atim, st->st_mtim};
    mode_t mode = st->st_mode & 07777;

    if (copy->how & ROOTFS_OWNERS && fchown(to, st->st_uid, st->st_gid) < 0)
        return -1;
    /* without owners it is an ordinary user's copy, who must be able to remove it */
    if (S_ISDIR(st->st_mode) && !(copy->how & ROOTFS_OWNERS))
        mode |= 0700;
    /* what was somebody's set-user-ID program must not become ours */
    if (copy->how & ROOTFS_ALL && !(copy->how & ROOTFS_OWNERS))
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    if (fchmod(to, mode) < 0 || (copy->how & ROOTFS_ALL && copy_attributes(copy, from, to) < 0))
        return -1;
    return copy->how & ROOTFS_ALL ? futimens(to, times) : 0;
}

/*
 * Make way for a new name: 0 try again, 1 what is there stays, -1 it cannot be made way.
 */
static int make_way(const struct copy *copy, int to_dir, const char *name)
{
    if (errno != EEXIST || copy->how & ROOTFS_KEEP)
        return errno == EEXIST ? 1 : -1;
    if (!(copy->how & ROOTFS_REPLACE))
        return -1;
    return unlinkat(to_dir, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

/* Give a file that is open another name. */
static int link_as(const struct copy *copy, int fd, int to_dir, const char *name)
{
    char self[32];
    int way = 0;

    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    for (int tries = 0; way == 0 && tries < TRIES; tries++) {
        if (linkat(AT_FDCWD, self, to_dir, name, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        way = make_way(copy, to_dir, name);
    }
    return way > 0 ? 0 : -1;
}

static bool is_there(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Is it made without its name, which it gets when it is whole? */
static bool is_made_apart(const struct copy *copy)
{
    return copy->how & (ROOTFS_REPLACE | ROOTFS_KEEP) && !(copy->how & ROOTFS_ALONE);
}

/* *ret_name is what has to become the file's name once it is whole, "" when it has none yet. */
static int open_new(const struct copy *copy, int to_dir, const char *name, char ret_name[40])
{
    int flags = O_WRONLY | O_CLOEXEC, fd = -1;

    ret_name[0] = '\0';
    if (!is_made_apart(copy)) {
        do
            fd = openat(to_dir, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        while (fd < 0 && copy->how & ROOTFS_REPLACE && make_way(copy, to_dir, name) == 0);
        return fd;
    }
    fd = openat(to_dir, ".", flags | O_TMPFILE, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    /* this file system cannot; a name that nobody has, then */
    snprintf(ret_name, 40, ".copy-%d", getpid());
    unlinkat(to_dir, ret_name, 0);
    return openat(to_dir, ret_name, flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

static int name_it(const struct copy *copy, int fd, int to_dir, const char *made, const char *name)
{
    if (!is_made_apart(copy))
        return 0;
    if (!made[0])
        return link_as(copy, fd, to_dir, name);
    if (!(copy->how & ROOTFS_KEEP && is_there(to_dir, name)) &&
        renameat(to_dir, made, to_dir, name) == 0)
        return 0;
    int code = errno;
    unlinkat(to_dir, made, 0);
    errno = code;
    return copy->how & ROOTFS_KEEP ? 0 : -1;
}

static struct copy_link *find_link(struct copy *copy, const struct stat *st)
{
    for (size_t i = 0; i < copy->links_count; i++) {
        if (copy->links[i].dev == st->st_dev && copy->links[i].ino == st->st_ino)
            return &copy->links[i];
    }
    return NULL;
}

/* Its last name gives the place to another file. */
static void forget_link(struct copy *copy, struct copy_link *link)
{
    if (--link->left > 0)
        return;
    close(link->fd);
    *link = copy->links[--copy->links_count];
}

static void keep_link(struct copy *copy, const struct stat *st, int fd)
{
    int kept = copy->how & ROOTFS_ALL && st->st_nlink > 1 && copy->links_count < COPY_LINKS
                   ? fcntl(fd, F_DUPFD_CLOEXEC, 3)
                   : -1;

    if (kept >= 0)
        copy->links[copy->links_count++] =
            (struct copy_link){st->st_dev, st->st_ino, st->st_nlink - 1, kept};
}

static int copy_file(
    struct copy *copy, int entry, const struct stat *st, int to_dir, const char *name)
{
    struct copy_link *link = find_link(copy, st);
    char path[64], made[40];

    if (copy->how & ROOTFS_KEEP && is_there(to_dir, name))
        return 0;
    if (link && link_as(copy, link->fd, to_dir, name) == 0) {
        forget_link(copy, link);
        return 0;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", entry);
    cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC);
    cleanup_close int to = from < 0 ? -1 : open_new(copy, to_dir, name, made);
    if (to < 0 || copy_bytes(from, to, st->st_size) < 0 || copy_rights(copy, from, to, st) < 0 ||
        name_it(copy, to, to_dir, made, name) < 0)
        return -1;
    keep_link(copy, st, to);
    return 0;
}

static int make_special(int entry, const struct stat *st, int to_dir, const char *name)
{
    char text[PATH_MAX];

    if (S_ISLNK(st->st_mode)) {
        ssize_t length = readlinkat(entry, "", text, sizeof(text) - 1);
        if (length < 0)
            return -1;
        text[length] = '\0';
        return symlinkat(text, to_dir, name);
    }
    mode_t mask = umask(0);
    int result = mknodat(to_dir, name, st->st_mode & (S_IFMT | 0777), st->st_rdev);
    umask(mask);
    return result;
}

/* A symlink, a FIFO or a device: no descriptor can speak for it, and it need not be whole first. */
static int copy_special(
    struct copy *copy, int entry, const struct stat *st, int to_dir, const char *name)
{
    const struct timespec times[] = {st->st_atim, st->st_mtim};
    int way = 0;

    bool device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
    if (!S_ISLNK(st->st_mode) && (!(copy->how & ROOTFS_ALL) || S_ISSOCK(st->st_mode) ||
                                     (device && !(copy->how & ROOTFS_OWNERS))))
        return 0;
    for (int tries = 0; make_special(entry, st, to_dir, name) < 0; tries++) {
        way = tries < TRIES ? make_way(copy, to_dir, name) : -1;
        if (way != 0)
            return way > 0 ? 0 : -1;
    }
    if (copy->how & ROOTFS_OWNERS &&
        fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    if (copy->how & ROOTFS_ALL)
        utimensat(to_dir, name, times, AT_SYMLINK_NOFOLLOW);
    return 0;
}

int copy_other(struct copy *copy, int entry, const struct stat *st, int to_dir, const char *to_name)
{
    return S_ISREG(st->st_mode) ? copy_file(copy, entry, st, to_dir, to_name)
                                : copy_special(copy, entry, st, to_dir, to_name);
}

void copy_end(struct copy *copy)
{
    while (copy->links_count > 0)
        close(copy->links[--copy->links_count].fd);
}
