// SPDX-License-Identifier: MIT
/* Archives that a command writes: to a file, which appears whole under its name or not at all, or
 * to standard output. */
#include "commands.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file beside it, without a name, so that none is left when we are ended by a signal; `fresh` is
 * the name for it. Where the file system can make no such file it has that from the beginning. */
static int open_beside(const char *path, const char *fresh, bool *ret_nameless)
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX];

    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    *ret_nameless = fd >= 0;
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    return open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* rename(2) replaces, and linkat(2) does not. */
static int give_name(int fd, const char *fresh, const char *path, bool nameless)
{
    mode_t mask = umask(0);
    char self[32];

    umask(mask);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (fchmod(fd, 0666 & ~mask) < 0 ||
        (nameless && linkat(AT_FDCWD, self, AT_FDCWD, fresh, AT_SYMLINK_FOLLOW) < 0))
        return -1;
    return rename(fresh, path);
}

static int write_file(const char *path,
    int (*write)(int fd, const char *name, void *arg, struct err *err), void *arg, struct err *err)
{
    char fresh[PATH_MAX];
    bool nameless;

    snprintf(fresh, sizeof(fresh), "%.*s.%d", PATH_MAX - 16, path, getpid());
    unlink(fresh); /* of somebody who was killed, and had our number */
    cleanup_close int fd = open_beside(path, fresh, &nameless);
    if (fd < 0)
        return err_sys(err, "cannot make %s", path);
    int result = write(fd, path, arg, err);
    if (result == 0 && give_name(fd, fresh, path, nameless) < 0)
        result = err_sys(err, "cannot make %s", path);
    if (result < 0)
        unlink(fresh);
    return result;
}

int cli_output(const char *path, int (*write)(int fd, const char *name, void *arg, struct err *err),
    void *arg, struct err *err)
{
    struct stat st;

    if (!path && isatty(STDOUT_FILENO)) {
        err_refuse(err, EINVAL, "cowardly refusing to save to a terminal");
        return err_hint(err, "an archive is no text -> -o FILE, or > FILE");
    }
    if (!path)
        return write(STDOUT_FILENO, "standard output", arg, err);
    if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
        return write_file(path, write, arg, err);
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC); /* a device, a FIFO */
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    return write(fd, path, arg, err);
}
