// SPDX-License-Identifier: MIT
/*
 * One entry of a layer becomes a file of its kind: a table, a function a kind. All of them create:
 * what had the name before was put away, so that nothing is ever opened that the archive has made,
 * but a directory.
 *
 * What must hold: of attributes only those are taken that mean something to the program in the
 * container (user.*, file capabilities). trusted.overlay.* and user.overlay.* are overlayfs's words
 * to itself: an archive that could set `redirect` could have it show another directory of the
 * layer.
 */
#include "layer_unpack.h"

#include "cleanup.h"
#include "host.h"
#include "idmap.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static int set_attributes(
    struct layer_unpack *unpack, struct archive_entry *entry, int fd, const char *path)
{
    const char *name;
    const void *value;
    size_t size;

    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        /* a file system without them, or a user without the right: as Docker, without them */
        if (tar_has_attribute(name) && fsetxattr(fd, name, value, size, 0) < 0 &&
            errno != EOPNOTSUPP && errno != EPERM)
            return err_sys(unpack->err, "cannot set the attribute %s of %s", name, path);
    }
    return 0;
}

/* The owner, or -1: 2^32 and more would become somebody else's number. */
static int owner(struct layer_unpack *unpack, struct archive_entry *entry, uid_t *uid, gid_t *gid)
{
    la_int64_t user = archive_entry_uid(entry), group = archive_entry_gid(entry);

    if (user < 0 || user >= UINT32_MAX || group < 0 || group >= UINT32_MAX)
        return tar_refuse(unpack->reader, "an owner that is no number of a user: %lld:%lld",
            (long long)user, (long long)group);
    *uid = unpack->owner ? unpack->owner->uid : (uid_t)user;
    *gid = unpack->owner ? unpack->owner->gid : (gid_t)group;
    return 0;
}

static int refused_owner(struct layer_unpack *unpack, const char *path, uid_t uid, gid_t gid)
{
    err_sys(unpack->err, "cannot give %s to %u:%u", path, uid, gid);
    return idmap_explain(unpack->err);
}

int layer_dress(struct layer_unpack *unpack, struct archive_entry *entry, int fd, const char *path)
{
    uid_t uid;
    gid_t gid;

    if (owner(unpack, entry, &uid, &gid) < 0)
        return -1;
    if (unpack->owners && fchown(fd, uid, gid) < 0)
        return refused_owner(unpack, path, uid, gid);
    return set_attributes(unpack, entry, fd, path);
}

static struct timespec mtime_of(struct archive_entry *entry)
{
    return (struct timespec){
        .tv_sec = archive_entry_mtime(entry), .tv_nsec = archive_entry_mtime_nsec(entry)};
}

static int put_bytes(void *arg, const void *bytes, size_t length, int64_t offset, struct err *err)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = pwrite(*(const int *)arg, at, length, offset);
        if (written < 0)
            return err_sys(err, "cannot write a file of a layer");
        at += written;
        offset += written;
        length -= (size_t)written;
    }
    return 0;
}

static int make_file(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    struct timespec times[] = {mtime_of(entry), mtime_of(entry)};

    /* holes are in no piece that was read, and are bytes to whoever copies the file */
    unpack->bytes += (uint64_t)archive_entry_size(entry);
    if (unpack->bytes > unpack->reader->limits.bytes)
        return tar_too_large(unpack->reader);
    cleanup_close int fd =
        openat(place->dir, place->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_sys(unpack->err, "cannot make %s", place->path);
    if (tar_data(unpack->reader, put_bytes, &fd) < 0)
        return -1;
    if (ftruncate(fd, archive_entry_size(entry)) < 0) /* a hole at its end */
        return err_sys(unpack->err, "cannot make %s as large as it is", place->path);
    /* a change of owner takes these bits away, and writing the capabilities */
    if (layer_dress(unpack, entry, fd, place->path) < 0)
        return -1;
    if (fchmod(fd, archive_entry_perm(entry) & 07777) < 0 || futimens(fd, times) < 0)
        return err_sys(unpack->err, "cannot set the mode of %s", place->path);
    return 0;
}

static int make_dir(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    if (mkdirat(place->dir, place->name, 0700) < 0 && errno != EEXIST)
        return err_sys(unpack->err, "cannot make %s", place->path);
    cleanup_close int dir =
        openat(place->dir, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return err_sys(unpack->err, "cannot open %s", place->path);
    if (layer_dress(unpack, entry, dir, place->path) < 0)
        return -1;
    return layer_later(unpack, place->path, archive_entry_perm(entry) & 07777, mtime_of(entry));
}

/* What cannot be opened for writing: owner and times by name. */
static int dress_by_name(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    struct timespec times[] = {mtime_of(entry), mtime_of(entry)};
    uid_t uid;
    gid_t gid;

    if (owner(unpack, entry, &uid, &gid) < 0)
        return -1;
    if (unpack->owners && fchownat(place->dir, place->name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
        return refused_owner(unpack, place->path, uid, gid);
    if (utimensat(place->dir, place->name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(unpack->err, "cannot set the times of %s", place->path);
    return 0;
}

static int make_symlink(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    const char *target = tar_symlink(entry);

    if (symlinkat(target, place->dir, place->name) < 0)
        return err_sys(unpack->err, "cannot make the link %s", place->path);
    return dress_by_name(unpack, entry, place);
}

/* Devices, FIFOs. A user may not make devices, and could not open them in a container either. */
static int make_node(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    mode_t mode = archive_entry_mode(entry);

    if (!S_ISFIFO(mode) && (!unpack->owners || host_in_userns()))
        return 0;
    if (mknodat(place->dir, place->name, mode & (S_IFMT | 0600), archive_entry_rdev(entry)) < 0)
        return err_sys(unpack->err, "cannot make the device %s", place->path);
    if (dress_by_name(unpack, entry, place) < 0)
        return -1;
    /* a change of owner takes some of these bits away */
    if (fchmodat(place->dir, place->name, mode & 07777, 0) < 0)
        return err_sys(unpack->err, "cannot set the mode of %s", place->path);
    return 0;
}

/* A second name for a file of the same layer. Neither name is followed. */
static int make_hard_link(
    struct layer_unpack *unpack, const char *target, const struct layer_place *place)
{
    char path[TAR_PATH];
    struct layer_place old;
    struct stat st;

    if (tar_clean_path(target, path) < 0 || !path[0])
        return tar_refuse(
            unpack->reader, "%s is a hard link that leads out of it: %s", place->path, target);
    if (layer_place_old(unpack, path, &old) < 0)
        return -1;
    cleanup_close int dir = old.dir;
    if (fstatat(dir, old.name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
        return tar_refuse(
            unpack->reader, "%s is a hard link to %s, which is no file of it", place->path, path);
    if (fstatat(place->dir, place->name, &(struct stat){0}, AT_SYMLINK_NOFOLLOW) == 0 &&
        layer_clear(unpack, place, false) < 0)
        return -1;
    if (linkat(dir, old.name, place->dir, place->name, 0) < 0)
        return err_sys(unpack->err, "cannot make %s a hard link to %s", place->path, path);
    return 0;
}

/* The layer took a name away, and gives it again: what is below it stays unseen. */
static int make_again(struct layer_unpack *unpack, const struct layer_place *place)
{
    cleanup_close int dir = openat(place->dir, place->name, O_PATH | O_DIRECTORY | O_NOFOLLOW);

    return dir < 0 ? 0 : layer_opaque(unpack, dir, place->path);
}

int layer_make(
    struct layer_unpack *unpack, struct archive_entry *entry, const struct layer_place *place)
{
    static const struct {
        unsigned type;
        int (*make)(struct layer_unpack *, struct archive_entry *, const struct layer_place *);
    } kinds[] = {{AE_IFREG, make_file}, {AE_IFDIR, make_dir}, {AE_IFLNK, make_symlink},
        {AE_IFCHR, make_node}, {AE_IFBLK, make_node}, {AE_IFIFO, make_node}};
    const char *target = tar_hard_link(entry);
    unsigned type = archive_entry_filetype(entry);

    if (target[0])
        return make_hard_link(unpack, target, place);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].type != type)
            continue;
        int64_t was = layer_clear(unpack, place, type == AE_IFDIR);
        if (was < 0 || kinds[i].make(unpack, entry, place) < 0)
            return -1;
        return type == AE_IFDIR && was == S_IFCHR && !unpack->plain ? make_again(unpack, place) : 0;
    }
    return 0; /* a socket, or what libarchive does not know: nothing that a program could use */
}
