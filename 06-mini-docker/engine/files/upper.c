// SPDX-License-Identifier: MIT
/* A directory gets its mode before its name, so that nobody finds it with another. */
#include "upper.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_dir(const char *path, const struct stat *like, struct err *err)
{
    char fresh[PATH_MAX];

    if (access(path, F_OK) == 0)
        return 0;
    snprintf(fresh, sizeof(fresh), "%.*s.%d", PATH_MAX - 16, path, getpid());
    if (mkdir(fresh, 0700) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make %s", path);
    if (geteuid() == 0 && chown(fresh, like->st_uid, like->st_gid) < 0)
        return err_sys(err, "cannot give %s to its owner", path);
    if (chmod(fresh, like->st_mode & 07777) < 0)
        return err_sys(err, "cannot set the mode of %s", path);
    if (rename(fresh, path) == 0)
        return 0;
    int code = errno; /* somebody was faster, and has something in it already */
    rmdir(fresh);
    errno = code;
    return code == EEXIST || code == ENOTEMPTY ? 0 : err_sys(err, "cannot make %s", path);
}

int upper_make(const struct store *store, const char *id, const char *lower,
    char ret_upper[PATH_MAX], char ret_work[PATH_MAX], struct err *err)
{
    struct stat work = {.st_mode = 0700, .st_uid = geteuid(), .st_gid = getegid()}, upper;
    char top[PATH_MAX];

    snprintf(top, sizeof(top), "%.*s", (int)strcspn(lower, ":"), lower);
    if (stat(top, &upper) < 0)
        return err_sys(err, "cannot look at the layer %s", top);
    record_path(store, id, "upper", ret_upper);
    record_path(store, id, "work", ret_work);
    return make_dir(ret_upper, &upper, err) < 0 ? -1 : make_dir(ret_work, &work, err);
}
