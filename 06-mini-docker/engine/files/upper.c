// SPDX-License-Identifier: MIT
/* A directory gets its mode before its name, so that nobody finds it with another. */
#include "upper.h"

#include "engine/images/tar_tree.h"

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

int upper_make_in(const char *dir, const char *lower, char ret_upper[PATH_MAX],
    char ret_work[PATH_MAX], struct err *err)
{
    struct stat work = {.st_mode = 0700, .st_uid = geteuid(), .st_gid = getegid()};
    struct stat upper = {.st_mode = 0755, .st_uid = geteuid(), .st_gid = getegid()};
    char top[PATH_MAX];

    snprintf(top, sizeof(top), "%.*s", (int)strcspn(lower, ":"), lower);
    if (top[0] && stat(top, &upper) < 0)
        return err_sys(err, "cannot look at the layer %s", top);
    snprintf(ret_upper, PATH_MAX, "%.*s/upper", PATH_MAX - 8, dir);
    snprintf(ret_work, PATH_MAX, "%.*s/work", PATH_MAX - 8, dir);
    return make_dir(ret_upper, &upper, err) < 0 ? -1 : make_dir(ret_work, &work, err);
}

int upper_make(const struct store *store, const char *id, const char *lower,
    char ret_upper[PATH_MAX], char ret_work[PATH_MAX], struct err *err)
{
    char dir[PATH_MAX];

    record_path(store, id, NULL, dir);
    return upper_make_in(dir, lower, ret_upper, ret_work, err);
}

int upper_archive(int dir, bool layer,
    bool (*wanted)(const char *path, const struct stat *st, void *arg), int fd, struct err *err)
{
    struct tar_tree tree = {.layer = layer, .wanted = wanted};
    int result = tar_tree_begin(&tree, fd, err);

    if (result == 0 && dir >= 0)
        result = tar_tree_add_inside(&tree, dir, "");
    return tar_tree_end(&tree) < 0 ? -1 : result;
}
