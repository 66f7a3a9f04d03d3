// SPDX-License-Identifier: MIT
/*
 * Where an entry goes. An archive names its files one after another, directory by directory, so the
 * last directory stays open.
 */
#include "layer_unpack.h"

#include "cleanup.h"
#include "host.h"
#include "mount.h"
#include "remove.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Does this layer, which has nothing of this path, keep those below it from being seen there? A
 * mark for a directory above it does: "gone", or "of this show nothing from below". */
static bool hides(int root, const char *path)
{
    char part[TAR_PATH];
    struct err ignored;
    struct stat st;

    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        cleanup_close int place = mount_open_in_root(root, part, MOUNT_MAKE_NOTHING, &ignored);
        if (place < 0 || fstat(place, &st) < 0)
            return false;
        if (!S_ISDIR(st.st_mode))
            return true;
        cleanup_close int dir = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir >= 0 && layer_is_opaque(dir))
            return true;
    }
    return false;
}

/* What the layers below have under this path, the topmost first. */
static bool look_below(const char *lower, const char *path, struct stat *ret)
{
    char top[PATH_MAX];
    struct err ignored;

    for (const char *at = lower; at && *at; at += strcspn(at, ":"), at += *at == ':') {
        snprintf(top, sizeof(top), "%.*s", (int)strcspn(at, ":"), at);
        cleanup_close int root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
        cleanup_close int fd =
            root < 0 ? -1 : mount_open_in_root(root, path, MOUNT_MAKE_NOTHING, &ignored);
        if (fd >= 0 && fstat(fd, ret) == 0)
            return S_ISDIR(ret->st_mode);
        if (root >= 0 && hides(root, path))
            return false;
    }
    return false;
}

/* A directory that no entry has made: overlayfs shows its mode and owner, not those below it. */
static int make_parent(struct layer_unpack *unpack, const char *path)
{
    struct stat st = {.st_mode = 0755};
    bool below = look_below(unpack->lower, path, &st);
    struct err ignored;
    cleanup_close int place = mount_open_in_root(unpack->into, path, MOUNT_MAKE_DIR, &ignored);

    char self[32];

    if (place < 0) /* a symlink that leads to nothing, or a name that is a file */
        return tar_refuse(unpack->reader, "%s is not the directory that an entry needs", path);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", place);
    if (!below && chmod(self, 0755) < 0) /* our umask is no part of an image */
        return err_sys(unpack->err, "cannot set the mode of %s", path);
    if (!below && unpack->owners && unpack->owner &&
        fchownat(place, "", unpack->owner->uid, unpack->owner->gid, AT_EMPTY_PATH) < 0)
        return err_sys(unpack->err, "cannot set the owner of %s", path);
    if (!below)
        return 0;
    if (unpack->owners && fchownat(place, "", st.st_uid, st.st_gid, AT_EMPTY_PATH) < 0)
        return err_sys(unpack->err, "cannot set the owner of %s", path);
    return layer_later(unpack, path, st.st_mode & 07777, st.st_mtim);
}

/* Open the directory, in which all that is missing is made, from the top down. */
static int open_dir(struct layer_unpack *unpack, const char *path, bool make)
{
    char part[TAR_PATH];
    struct err ignored;
    int fd = mount_open_in_root(unpack->into, path[0] ? path : ".", MOUNT_MAKE_NOTHING, &ignored);

    for (size_t end = 0; fd < 0 && make && path[end];) {
        end += path[end] == '/';
        end += strcspn(path + end, "/");
        snprintf(part, sizeof(part), "%.*s", (int)end, path);
        int there = mount_open_in_root(unpack->into, part, MOUNT_MAKE_NOTHING, &ignored);
        if (there < 0 && make_parent(unpack, part) < 0)
            return -1;
        close_fd(&there);
        if (!path[end])
            fd = mount_open_in_root(unpack->into, path, MOUNT_MAKE_NOTHING, &ignored);
    }
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return fd;
    close_fd(&fd);
    return tar_refuse(
        unpack->reader, "%s is not the directory that an entry needs", path[0] ? path : "/");
}

/* The directory's part and the last word. */
static int split(
    struct layer_unpack *unpack, const char *path, char parent[TAR_PATH], struct layer_place *ret)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    if (strlen(name) >= sizeof(ret->name))
        return tar_refuse(unpack->reader, "a name is too long: %.60s…", name);
    snprintf(parent, TAR_PATH, "%.*s", slash ? (int)(slash - path) : 0, path);
    strcpy(ret->name, name);
    ret->path = path;
    return 0;
}

int layer_place(struct layer_unpack *unpack, const char *path, struct layer_place *ret)
{
    char parent[TAR_PATH];

    if (split(unpack, path, parent, ret) < 0)
        return -1;
    if (unpack->parent_fd < 0 || strcmp(parent, unpack->parent) != 0) {
        close_fd(&unpack->parent_fd);
        unpack->parent_fd = open_dir(unpack, parent, true);
        strcpy(unpack->parent, parent);
    }
    ret->dir = unpack->parent_fd;
    return ret->dir < 0 ? -1 : 0;
}

int layer_place_old(struct layer_unpack *unpack, const char *path, struct layer_place *ret)
{
    char parent[TAR_PATH];

    if (split(unpack, path, parent, ret) < 0)
        return -1;
    ret->dir = open_dir(unpack, parent, false);
    return ret->dir < 0 ? -1 : 0;
}

/* Without room to put it away: in an overlay a directory of a lower layer cannot be renamed. */
static int remove_now(
    struct layer_unpack *unpack, const struct layer_place *place, const struct stat *st)
{
    char path[32 + sizeof(place->name)];

    if (!S_ISDIR(st->st_mode))
        return unlinkat(place->dir, place->name, 0) < 0
                   ? err_sys(unpack->err, "cannot replace %s", place->path)
                   : 0;
    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", place->dir, place->name);
    return remove_tree(path, unpack->err);
}

int64_t layer_clear(struct layer_unpack *unpack, const struct layer_place *place, bool keep_dir)
{
    char name[24];
    struct stat st;

    if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (S_ISDIR(st.st_mode) && keep_dir)
        return (int64_t)st.st_mode;
    if (unpack->trash < 0)
        return remove_now(unpack, place, &st) < 0 ? -1 : (int64_t)st.st_mode;
    /* a tree may be deep and large: it is put away, and goes with the rest of the work */
    snprintf(name, sizeof(name), "%u", unpack->trashed++);
    if (renameat(place->dir, place->name, unpack->trash, name) < 0)
        return err_sys(unpack->err, "cannot replace %s", place->path);
    return layer_is_whiteout(&st) ? S_IFCHR : (int64_t)st.st_mode;
}

bool layer_is_whiteout(const struct stat *st)
{
    return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

#define OPAQUE_OF_ROOT "trusted.overlay.opaque"
#define OPAQUE_OF_USER "user.overlay.opaque"

/*
 * Overlayfs has two names for it, and a mount goes by one of them (runtime/root_overlay.c): the
 * other is to it an attribute like any, which is copied up with the directory and marks nothing.
 */
static bool is_trusted(void)
{
    return host_is_root() && !host_in_userns();
}

static bool has_attribute(int dir, const char *name)
{
    char value[4];

    return fgetxattr(dir, name, value, sizeof(value)) > 0;
}

bool layer_is_opaque(int dir)
{
    return has_attribute(dir, OPAQUE_OF_ROOT) ||
           (has_attribute(dir, OPAQUE_OF_USER) && !is_trusted());
}

static int explain_mark(struct layer_unpack *unpack, const char *path)
{
    err_sys(unpack->err, "cannot mark %s as overlayfs wants it", path);
    return err_hint(unpack->err,
        "maybe the store lies on an overlay itself, or on a file system without attributes -> "
        "--root on another one");
}

int layer_whiteout(struct layer_unpack *unpack, const struct layer_place *place)
{
    char path[TAR_PATH + sizeof(place->name)];

    if (mknodat(place->dir, place->name, S_IFCHR, makedev(0, 0)) < 0)
        return explain_mark(unpack, place->path);
    snprintf(
        path, sizeof(path), "%s%s%s", unpack->parent, unpack->parent[0] ? "/" : "", place->name);
    return layer_later(unpack, path, S_IFCHR, (struct timespec){0});
}

int layer_drop_whiteout(struct layer_unpack *unpack, const char *path)
{
    char parent[TAR_PATH];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct err ignored;
    struct stat st;

    snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    cleanup_close int dir = mount_open_in_root(unpack->into, parent, MOUNT_MAKE_NOTHING, &ignored);
    if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !layer_is_whiteout(&st))
        return 0; /* it was replaced */
    if (!hides(unpack->into, path) && look_below(unpack->lower, parent, &st))
        return 0;
    return unlinkat(dir, name, 0) < 0 ? err_sys(unpack->err, "cannot remove the mark of %s", path)
                                      : 0;
}

int layer_opaque(struct layer_unpack *unpack, int dir, const char *path)
{
    char self[32];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", dir);
    if (setxattr(self, is_trusted() ? OPAQUE_OF_ROOT : OPAQUE_OF_USER, "y", 1, 0) == 0)
        return 0;
    return explain_mark(unpack, path);
}
