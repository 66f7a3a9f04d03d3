// SPDX-License-Identifier: MIT
/*
 * Removing a tree that somebody may be changing meanwhile: from a directory's descriptor to the
 * next name in it, never by a path. A tree may be deeper than there are descriptors (an archive can
 * make one of thousands of levels): what lies too deep is moved up to the top, and goes in the next
 * round.
 */
#include "remove.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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

/* Remove all in the directory, and close it. Returns whether something was moved to the top. */
static bool remove_below(int dir_fd, int top_fd, int level)
{
    cleanup_closedir DIR *dir = fdopendir(dir_fd);
    static unsigned moves;
    bool moved = false;
    char name[40];

    if (!dir)
        close(dir_fd);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(dir_fd, entry->d_name, 0) == 0 ||
            unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR) == 0)
            continue;
        snprintf(name, sizeof(name), ".removed-%d-%u", getpid(), moves++);
        if (level == LEVELS) {
            moved |= renameat(dir_fd, entry->d_name, top_fd, name) == 0;
            continue;
        }
        int below = open_below(dir_fd, entry->d_name);
        if (below >= 0)
            moved |= remove_below(below, top_fd, level + 1);
        unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR);
    }
    return moved;
}

int remove_tree(const char *path, struct err *err)
{
    cleanup_close int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    while (top >= 0) {
        int dir = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0 || !remove_below(dir, top, 1))
            break;
    }
    if (rmdir(path) < 0 && errno != ENOENT)
        return err_sys(err, "cannot remove %s", path);
    return 0;
}
