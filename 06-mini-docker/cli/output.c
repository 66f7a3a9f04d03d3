// SPDX-License-Identifier: MIT
/* Archives that a command writes: to a file, which appears whole under its name or not at all, or
 * to standard output. */
#include "commands.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside it first, then in its place. */
static int write_file(const char *path,
    int (*write)(int fd, const char *name, void *arg, struct err *err), void *arg, struct err *err)
{
    char fresh[PATH_MAX];

    snprintf(fresh, sizeof(fresh), "%.*s.XXXXXX", PATH_MAX - 16, path);
    cleanup_close int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot make %s", path);
    int result = write(fd, path, arg, err);
    mode_t mask = umask(0);
    umask(mask);
    if (result == 0 && (fchmod(fd, 0666 & ~mask) < 0 || rename(fresh, path) < 0))
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
