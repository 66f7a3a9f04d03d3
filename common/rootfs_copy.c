// SPDX-License-Identifier: MIT
/*
 * Copying a tree that somebody may be changing meanwhile: every step goes from a directory's
 * descriptor to the next name in it, and no symlink is followed. A file is opened without being
 * read (O_PATH), looked at, and only then opened again by its descriptor: what was a file a moment
 * ago can be a device by now, and opening some devices does something. How one file is copied is in
 * rootfs_copy_file.c.
 */
#include "rootfs_copy.h"

#include "cleanup.h"
#include "idmap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int copy_inside(struct copy *copy, int from_dir, int to_dir, struct err *err);

static int make_dir(const struct copy *copy, int to_dir, const char *name, struct err *err)
{
    if (mkdirat(to_dir, name, 0700) == 0)
        return 0;
    if (errno == EEXIST && copy->how & (ROOTFS_REPLACE | ROOTFS_KEEP))
        return 0;
    return err_sys(err, "cannot make the directory %s", name);
}

static int open_made(const struct copy *copy, int to_dir, const char *name, struct err *err)
{
    int to = openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (to < 0 && copy->how & ROOTFS_REPLACE && (errno == ENOTDIR || errno == ELOOP))
        return err_refuse(
            err, ENOTDIR, "cannot overwrite non-directory \"%s\" with directory", name);
    return to < 0 ? err_sys(err, "cannot open the directory %s to copy it", name) : to;
}

static int copy_dir(struct copy *copy, int from_dir, const char *name, int to_dir,
    const char *to_name, const struct stat *st, struct err *err)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_SYMLINKS | (copy->how & ROOTFS_MOUNTS ? 0 : RESOLVE_NO_XDEV)};

    if (make_dir(copy, to_dir, to_name, err) < 0)
        return -1;
    cleanup_close int from = (int)syscall(SYS_openat2, from_dir, name, &how, sizeof(how));
    if (from < 0 && errno == EXDEV)
        return 0; /* another mount is no part of it: its place is made, and stays empty */
    if (from < 0)
        return err_sys(err, "cannot open the directory %s to copy it", name);
    cleanup_close int to = open_made(copy, to_dir, to_name, err);
    if (to < 0 || copy_inside(copy, from, to, err) < 0)
        return -1;
    if (copy_rights(copy, from, to, st) == 0)
        return 0;
    err_sys(err, "cannot copy the rights of %s", name);
    return idmap_explain(err);
}

/* What the rules say of the entry whose path copy->path is; *st becomes what the copy shall be. */
static bool apply_rules(const struct copy *copy, struct stat *st)
{
    const struct rootfs_rules *rules = copy->rules;

    if (!rules)
        return true;
    if (rules->wanted && copy->path_length > 0 && !rules->wanted(copy->path, st, rules->arg))
        return false;
    if (rules->uid != (uid_t)-1)
        st->st_uid = rules->uid;
    if (rules->gid != (gid_t)-1)
        st->st_gid = rules->gid;
    if (rules->mode && !S_ISLNK(st->st_mode))
        st->st_mode = (st->st_mode & S_IFMT) | (rules->mode(st->st_mode, rules->arg) & 07777);
    return true;
}

static int copy_entry(struct copy *copy, int from_dir, const char *name, int to_dir,
    const char *to_name, struct err *err)
{
    cleanup_close int entry = openat(from_dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (entry < 0 && errno == ENOENT)
        return 0; /* it was removed since the directory was read */
    if (entry < 0 || fstat(entry, &st) < 0)
        return err_sys(err, "cannot look at %s to copy it", name);
    if (!apply_rules(copy, &st))
        return 0;
    if (S_ISDIR(st.st_mode)) {
        close_fd(&entry); /* one descriptor fewer for each level */
        return copy_dir(copy, from_dir, name, to_dir, to_name, &st, err);
    }
    if (copy_other(copy, entry, &st, to_dir, to_name) == 0)
        return 0;
    if (errno == EISDIR)
        return err_refuse(
            err, EISDIR, "cannot overwrite directory \"%s\" with non-directory", to_name);
    err_sys(err, "cannot copy %s", name);
    return idmap_explain(err);
}

/* Without rules nobody asks for the path, and a tree may be deeper than it could say. */
static int extend_path(struct copy *copy, const char *name)
{
    size_t at = copy->path_length, room = sizeof(copy->path) - at;
    int length = snprintf(copy->path + at, room, "%s%s", at ? "/" : "", name);

    if ((size_t)length >= room) {
        errno = ENAMETOOLONG;
        return -1;
    }
    copy->path_length += (size_t)length;
    return 0;
}

static int copy_inside(struct copy *copy, int from_dir, int to_dir, struct err *err)
{
    int again = openat(from_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cleanup_closedir DIR *dir = again < 0 ? NULL : fdopendir(again);

    if (!dir)
        return err_sys(err, "cannot read a directory to copy it");
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        size_t above = copy->path_length;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (copy->rules && extend_path(copy, name) < 0)
            return err_sys(err, "cannot copy %s", name);
        if (copy_entry(copy, from_dir, name, to_dir, name, err) < 0)
            return -1;
        copy->path_length = above;
    }
    return 0;
}

int rootfs_copy_by(int from_dir, const char *name, int to_dir, const char *to_name, unsigned how,
    const struct rootfs_rules *rules, struct err *err)
{
    struct copy copy = {.how = how, .rules = rules};
    int result = name ? copy_entry(&copy, from_dir, name, to_dir, to_name, err)
                      : copy_inside(&copy, from_dir, to_dir, err);

    copy_end(&copy);
    return result;
}

int rootfs_copy_inside(int from_dir, int to_dir, unsigned how, struct err *err)
{
    return rootfs_copy_by(from_dir, NULL, to_dir, NULL, how, NULL, err);
}

int rootfs_copy_entry(
    int from_dir, const char *name, int to_dir, const char *to_name, unsigned how, struct err *err)
{
    return rootfs_copy_by(from_dir, name, to_dir, to_name, how, NULL, err);
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
