// SPDX-License-Identifier: MIT
/*
 * From a path to a place. The directory is opened by the kernel, in a container as if its root were
 * /; only the last word is ours to judge, one symlink after another, since it may lead to where
 * nothing is yet. What was found may be exchanged by the container at once: so whoever uses the
 * place goes on from the open directory and follows nothing more.
 */
#include "copy_place.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* the kernel's own limit, path_resolution(7) */

static int open_dir(int root_fd, const char *path)
{
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = root_fd >= 0 ? RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS : 0,
    };
    int fd, tries = 128;

    do
        fd = (int)syscall(SYS_openat2, root_fd >= 0 ? root_fd : AT_FDCWD, path, &how, sizeof(how));
    while (fd < 0 && errno == EAGAIN && --tries > 0);
    return fd;
}

/* Cut "/" and "/." off the end, and remember them. */
static void trim(char *path, struct copy_place *place)
{
    size_t length = strlen(path);
    bool dot = strcmp(path, ".") == 0 || (length >= 2 && strcmp(path + length - 2, "/.") == 0);

    if (dot && length > 1)
        path[--length] = '\0';
    place->contents |= dot;
    place->must_be_dir |= place->contents || (length > 1 && path[length - 1] == '/');
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
}

/* Cut the last word off the path, into the place; what is left is the directory's path. */
static int split(char *path, struct copy_place *place)
{
    char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    place->name[0] = '\0';
    if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return 0; /* it is a directory, and has no name that we could use */
    if (strlen(name) > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(place->name, name);
    if (!slash)
        strcpy(path, ".");
    else
        slash[slash == path ? 1 : 0] = '\0';
    return 0;
}

/* The symlink's own text, seen from the directory that it is in. */
static int follow_link(const struct copy_place *place, char path[PATH_MAX])
{
    char target[PATH_MAX], dir[PATH_MAX];
    ssize_t length = readlinkat(place->dir, place->name, target, sizeof(target) - 1);

    if (length < 0)
        return -1;
    target[length] = '\0';
    strcpy(dir, target[0] == '/' ? "" : path);
    if (snprintf(path, PATH_MAX, "%s%s%s", dir, dir[0] ? "/" : "", target) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

/* 1: it is a symlink that was followed, to another path. */
static int step(int root_fd, char path[PATH_MAX], bool follow, struct copy_place *place)
{
    trim(path, place);
    if (split(path, place) < 0)
        return -1;
    place->dir = open_dir(root_fd, path);
    if (place->dir < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    if (!place->name[0]) {
        place->exists = true;
        place->must_be_dir = true;
        return fstat(place->dir, &place->st);
    }
    place->exists =
        fstatat(place->dir, place->name, &place->st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0;
    if (!place->exists)
        return errno == ENOENT ? 0 : -1;
    if (!S_ISLNK(place->st.st_mode) || !(follow || place->must_be_dir))
        return 0;
    if (follow_link(place, path) < 0)
        return -1;
    close_fd(&place->dir);
    place->exists = false;
    return 1;
}

int copy_place_find(
    int root_fd, const char *path, bool follow, struct copy_place *ret, struct err *err)
{
    char at[PATH_MAX];
    bool contents = false;
    int result = 1;

    *ret = (struct copy_place){.dir = -1};
    if (snprintf(at, sizeof(at), "%s", path[0] ? path : ".") >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return err_sys(err, "cannot copy %.60s…", path);
    }
    for (int links = 0; result == 1 && links < LINKS_MOST; links++) {
        result = step(root_fd, at, follow, ret);
        if (links > 0)
            continue;
        contents = ret->contents; /* as the path says, not the text of a symlink */
        strcpy(ret->called, ret->name);
    }
    ret->contents = contents;
    if (result == 1)
        errno = ELOOP;
    return result == 0 ? 0 : err_sys(err, "cannot open %s", path);
}

int copy_place_open_dir(const struct copy_place *place, struct err *err)
{
    int fd = openat(place->dir, place->name[0] ? place->name : ".",
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    return fd < 0 ? err_sys(err, "cannot open the directory %s", place->name) : fd;
}

void copy_place_free(struct copy_place *place)
{
    close_fd(&place->dir);
}
