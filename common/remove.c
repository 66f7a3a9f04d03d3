// SPDX-License-Identifier: MIT
/*
 * Removing a tree that somebody may be changing meanwhile: from a directory's descriptor to the
 * next name in it, never by a path. A tree may be deeper than there are descriptors (an archive can
 * make one of thousands of levels): what lies too deep is moved up to the top, and goes in the next
 * round.
 */
#include "remove.h"

#include "cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * RESOLVE_NO_XDEV stops at every mount, bind mounts too: what is mounted there is somebody else's,
 * and rmdir of its mount point then fails. (nftw's FTW_MOUNT compares st_dev, which misses a bind
 * mount and takes overlayfs's files for another file system's.) A directory of our own that not
 * even we may read, as overlayfs makes one in its work directory, is opened to us first.
 */
static int open_below(int dir_fd, const char *name)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));

    if (fd < 0 && errno == EACCES && fchmodat(dir_fd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
        fd = (int)syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));
    return fd;
}

enum { LEVELS = 64 };

static bool remove_below(DIR *dir, int top_fd, int level);

/* What unlinkat(2) alone could not take away. Returns as remove_below does. */
static bool remove_directory(int dir_fd, const char *name, int top_fd, int level)
{
    static unsigned moves;
    char moved[40];

    if (level == LEVELS) {
        snprintf(moved, sizeof(moved), ".removed-%d-%u", getpid(), moves++);
        return renameat(dir_fd, name, top_fd, moved) == 0;
    }
    int fd = open_below(dir_fd, name);
    cleanup_closedir DIR *below = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !below)
        close(fd);
    bool again = below && remove_below(below, top_fd, level + 1);
    unlinkat(dir_fd, name, AT_REMOVEDIR);
    return again;
}

/* Remove all in the directory. Returns whether something was moved to the top. */
static bool remove_below(DIR *dir, int top_fd, int level)
{
    int fd = dirfd(dir);
    bool moved = false;

    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && unlinkat(fd, name, 0) < 0 &&
            unlinkat(fd, name, AT_REMOVEDIR) < 0)
            moved |= remove_directory(fd, name, top_fd, level);
    }
    return moved;
}

int remove_tree(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    cleanup_closedir DIR *top = fd < 0 ? NULL : fdopendir(fd);

    /* one descriptor for as flat a tree as a container's state is: there may be no second */
    while (top && remove_below(top, fd, 1))
        rewinddir(top);
    if (fd >= 0 && !top)
        close(fd);
    if (rmdir(path) < 0 && errno != ENOENT)
        return err_sys(err, "cannot remove %s", path);
    return 0;
}
