// SPDX-License-Identifier: MIT
/*
 * Copying a tree that somebody may be changing meanwhile: every step goes from a directory's
 * descriptor to the next name in it, and no symlink is followed. A file is opened without being
 * read (O_PATH), looked at, and only then opened again by its descriptor: what was a file a moment
 * ago can be a device by now, and opening some devices does something.
 */
#include "rootfs.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* copy_file_range(2) would share blocks, but not between file systems on every kernel. */
static int copy_bytes(int from, int to)
{
    static char buffer[64 * 1024];
    ssize_t got;

    while ((got = read(from, buffer, sizeof(buffer))) > 0) {
        for (ssize_t done = 0, n; done < got; done += n) {
            n = write(to, buffer + done, (size_t)(got - done));
            if (n < 0)
                return -1;
        }
    }
    return got < 0 ? -1 : 0;
}

static int copy_file(int entry, int to_dir, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", entry);
    cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC);
    cleanup_close int to =
        openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return from < 0 || to < 0 ? -1 : copy_bytes(from, to);
}

static int copy_link(int entry, int to_dir, const char *name)
{
    char text[PATH_MAX];
    ssize_t length = readlinkat(entry, "", text, sizeof(text) - 1);

    if (length < 0)
        return -1;
    text[length] = '\0';
    return symlinkat(text, to_dir, name);
}

/* Nobody else can reach `to_dir` yet, or it is the caller's own: a name in it is what we made. */
static int set_rights(int to_dir, const char *name, const struct stat *st, unsigned how)
{
    mode_t mode = st->st_mode & 07777;

    if (how & ROOTFS_OWNERS &&
        fchownat(to_dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    if (S_ISLNK(st->st_mode))
        return 0;
    /* without owners it is an ordinary user's copy, who must be able to remove it */
    if (S_ISDIR(st->st_mode) && !(how & ROOTFS_OWNERS))
        mode |= 0700;
    return fchmodat(to_dir, name, mode, 0);
}

static int copy_dir(int from_dir, int to_dir, const char *name, unsigned how, struct err *err)
{
    /* another mount is no part of it: its place is made, and stays empty */
    struct open_how open_how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};

    if (mkdirat(to_dir, name, 0700) < 0)
        return err_sys(err, "cannot make the directory %s", name);
    cleanup_close int from = (int)syscall(SYS_openat2, from_dir, name, &open_how, sizeof(open_how));
    if (from < 0 && errno == EXDEV)
        return 0;
    cleanup_close int to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0 || to < 0)
        return err_sys(err, "cannot open the directory %s to copy it", name);
    return rootfs_copy_inside(from, to, how, err);
}

/* What is neither file, directory nor symlink is left out. */
static int copy_entry(int from_dir, int to_dir, const char *name, unsigned how, struct err *err)
{
    cleanup_close int entry = openat(from_dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    int result;

    if (entry < 0 && errno == ENOENT)
        return 0; /* it was removed since the directory was read */
    if (entry < 0 || fstat(entry, &st) < 0)
        return err_sys(err, "cannot look at %s to copy it", name);
    if (S_ISDIR(st.st_mode)) {
        close(steal_fd(&entry)); /* one descriptor fewer for each level */
        if (copy_dir(from_dir, to_dir, name, how, err) < 0)
            return -1;
        result = 0;
    } else if (S_ISREG(st.st_mode)) {
        result = copy_file(entry, to_dir, name);
    } else if (S_ISLNK(st.st_mode)) {
        result = copy_link(entry, to_dir, name);
    } else {
        return 0;
    }
    if (result < 0 || set_rights(to_dir, name, &st, how) < 0)
        return err_sys(err, "cannot copy %s", name);
    return 0;
}

int rootfs_copy_inside(int from_dir, int to_dir, unsigned how, struct err *err)
{
    int again = openat(from_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_closedir DIR *dir = again < 0 ? NULL : fdopendir(again);

    if (!dir)
        return err_sys(err, "cannot read a directory to copy it");
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (copy_entry(from_dir, to_dir, entry->d_name, how, err) < 0)
            return -1;
    }
    return 0;
}

int rootfs_copy(const char *from, const char *to, struct err *err)
{
    cleanup_close int from_dir = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;

    if (from_dir < 0 || fstat(from_dir, &st) < 0)
        return err_sys(err, "cannot copy %s", from);
    if (mkdir(to, 0700) < 0)
        return err_sys(err, "cannot make %s", to);
    cleanup_close int to_dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to_dir < 0 || fchmod(to_dir, (st.st_mode & 07777) | 0700) < 0)
        return err_sys(err, "cannot copy %s to %s", from, to);
    return rootfs_copy_inside(from_dir, to_dir, 0, err);
}
