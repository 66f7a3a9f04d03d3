// SPDX-License-Identifier: MIT
/*
 * Reads and writes the kernel's small text files. One write(2) a value, so that the kernel's answer
 * is the function's answer; reads go on to the end of the file, since the kernel may hand a file of
 * several pages out in pieces.
 */
#include "fsio.h"

#include "cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/*
 * Above the longest lists of the kernel: 4 Mi pids in a cgroup.procs (PID_MAX_LIMIT, 8 bytes each),
 * and a mountinfo of 100,000 mounts (fs.mount-max). A list read in part would be worse than none:
 * who kills a group by it, or looks for a mount in it, would take what is missing for gone.
 */
enum { READ_MOST = 64 << 20 };

static int make_path(char path[PATH_MAX], const char *dir, const char *name, struct err *err)
{
    int length =
        dir ? snprintf(path, PATH_MAX, "%s/%s", dir, name) : snprintf(path, PATH_MAX, "%s", name);

    if (length < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(err, "%.64s…", path);
}

static int write_once(const char *path, int flags, const char *text, struct err *err)
{
    cleanup_close int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0644);
    size_t length = strlen(text);
    int line = (int)strcspn(text, "\n"); /* an error is one line */

    if (fd < 0 && flags & O_CREAT)
        return err_sys(err, "cannot make %s", path);
    if (fd < 0)
        return err_sys(err, "cannot open %s to write '%.*s'", path, line, text);
    ssize_t written = write(fd, text, length);
    if (written < 0 && flags & O_CREAT)
        return err_sys(err, "cannot write %s", path);
    if (written < 0)
        return err_sys(err, "cannot write '%.*s' to %s", line, text, path);
    if ((size_t)written != length) {
        errno = flags & O_CREAT ? ENOSPC : EIO;
        return err_sys(err, "only %zd of %zu bytes went into %s", written, length, path);
    }
    return 0;
}

int fsio_write(struct err *err, const char *dir, const char *name, const char *fmt, ...)
{
    char path[PATH_MAX], text[4096];
    va_list ap;

    va_start(ap, fmt);
    int length = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if ((size_t)length >= sizeof(text)) {
        errno = E2BIG;
        return err_sys(err, "value for %s is too long", name);
    }
    if (make_path(path, dir, name, err) < 0)
        return -1;
    return write_once(path, 0, text, err);
}

int fsio_create(struct err *err, const char *dir, const char *name, const char *text)
{
    char path[PATH_MAX];

    if (make_path(path, dir, name, err) < 0)
        return -1;
    return write_once(path, O_CREAT | O_TRUNC, text, err);
}

/* For file systems without O_TMPFILE: a file beside it, which SIGKILL may leave there. */
static int replace_by_rename(const char *path, const char *text, struct err *err)
{
    char other[PATH_MAX];

    snprintf(other, sizeof(other), "%.*s.new", PATH_MAX - 8, path);
    if (fsio_create(err, NULL, other, text) == 0 && rename(other, path) == 0)
        return 0;
    err_sys(err, "cannot write %s", path);
    unlink(other);
    return -1;
}

/* linkat(2) does not replace. */
static int link_as(int fd, const char *path)
{
    char self[32];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    for (int tries = 0; tries < 10; tries++) {
        if (linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        if (errno != EEXIST || (unlink(path) < 0 && errno != ENOENT))
            return -1;
    }
    return -1;
}

int fsio_replace(struct err *err, const char *path, const char *text)
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX];

    if (slash)
        snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path) + 1, path);
    else
        strcpy(dir, ".");
    cleanup_close int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        return replace_by_rename(path, text, err);
    if (fd >= 0)
        errno = ENOSPC; /* what a write that is short means */
    if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && link_as(fd, path) == 0)
        return 0;
    return err_sys(err, "cannot write %s", path);
}

ssize_t fsio_read_fd(int fd, size_t most, char **text)
{
    struct stat st;
    size_t used = 0, room = 0;
    /* a file with a length ends there; those that the kernel makes up have none */
    size_t length = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
    ssize_t got;

    do {
        if (used + 1 >= room) {
            room = room ? room * 2 : length ? length + 2 : 4096;
            char *larger = room > most ? NULL : realloc(*text, room);
            if (!larger) {
                errno = room > most ? EFBIG : ENOMEM;
                return -1;
            }
            *text = larger;
        }
        got = read(fd, *text + used, room - used - 1);
        if (got > 0)
            used += (size_t)got;
    } while ((got > 0 && used != length) || (got < 0 && errno == EINTR));
    if (got < 0)
        return -1;
    (*text)[used] = '\0';
    return (ssize_t)used;
}

char *fsio_read(const char *dir, const char *name, struct err *err)
{
    char path[PATH_MAX];
    cleanup_free char *text = NULL;

    if (make_path(path, dir, name, err) < 0)
        return NULL;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_sys(err, "cannot open %s", path);
        return NULL;
    }
    ssize_t length = fsio_read_fd(fd, READ_MOST, &text);
    if (length < 0) {
        err_sys(err, "cannot read %s", path);
        return NULL;
    }
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    return steal_ptr(text);
}

int fsio_read_u64(const char *dir, const char *name, uint64_t *ret, struct err *err)
{
    char path[PATH_MAX], text[64]; /* a number and what little may follow it */

    if (make_path(path, dir, name, err) < 0)
        return -1;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (length < 0)
        return err_sys(err, fd < 0 ? "cannot open %s" : "cannot read %s", path);
    text[length] = '\0';
    if (strncmp(text, "max", 3) == 0) {
        *ret = FSIO_MAX;
        return 0;
    }
    if (!isdigit((unsigned char)text[0]))
        return err_set(err, ERR_SYS, "no number in %s: '%.40s'", path, text);
    *ret = strtoull(text, NULL, 10);
    return 0;
}

int fsio_read_key(
    const char *dir, const char *name, const char *key, uint64_t *ret, struct err *err)
{
    cleanup_free char *text = fsio_read(dir, name, err);
    size_t length = strlen(key);

    if (!text)
        return -1;
    for (char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n')
            line++;
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            *ret = strtoull(line + length, NULL, 10);
            return 0;
        }
    }
    return err_set(err, ERR_SYS, "no '%s' in %s/%s", key, dir ? dir : "", name);
}

bool fsio_exists(const char *dir, const char *name)
{
    char path[PATH_MAX];
    struct err ignored;
    struct stat st;

    return make_path(path, dir, name, &ignored) == 0 && stat(path, &st) == 0;
}

void fsio_fill_standard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

uint32_t fsio_magic(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 ? (uint32_t)fs.f_type : 0;
}

int fsio_readlink(const char *dir, const char *name, char ret[PATH_MAX], struct err *err)
{
    char path[PATH_MAX];

    if (make_path(path, dir, name, err) < 0)
        return -1;
    ssize_t length = readlink(path, ret, PATH_MAX - 1);
    if (length < 0)
        return err_sys(err, "cannot read the link %s", path);
    ret[length] = '\0';
    return 0;
}
