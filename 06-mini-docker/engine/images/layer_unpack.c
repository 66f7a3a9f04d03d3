// SPDX-License-Identifier: MIT
/*
 * One layer of an image, an archive that a stranger made, into a directory. Three things are more
 * than tar's:
 *
 *     etc/.wh.motd        motd is gone: becomes a character device 0, 0, overlayfs's mark
 *     etc/.wh..wh..opq    nothing of etc below is seen: the attribute trusted.overlay.opaque
 *     usr/bin/x           where no entry makes usr or usr/bin: they are as in the layers below
 *
 * What must hold: whatever the archive says, nothing outside of the directory is read, written,
 * linked or followed. Each entry's directory is opened with openat2(RESOLVE_IN_ROOT), where a
 * symlink to / leads to the layer's own top; the last word of a name is only ever created, never
 * followed; and overlayfs's own attributes are not taken from an archive, since by them a layer
 * could have overlayfs show what it likes (layer_file.c).
 */
#include "layer_unpack.h"

#include "cleanup.h"
#include "idmap.h"
#include "mount.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const char WHITEOUT[] = ".wh.", OPAQUE[] = ".wh..wh..opq", META[] = ".wh..wh.";

int layer_later(struct layer_unpack *unpack, const char *path, mode_t mode, struct timespec mtime)
{
    if (unpack->late_count == unpack->late_room) {
        size_t room = unpack->late_room ? unpack->late_room * 2 : 256;
        struct layer_late *larger = reallocarray(unpack->late, room, sizeof(*larger));
        if (!larger)
            return err_sys(unpack->err, "no memory to unpack %s", unpack->reader->name);
        unpack->late = larger;
        unpack->late_room = room;
    }
    char *copy = strdup(path);
    if (!copy)
        return err_sys(unpack->err, "no memory to unpack %s", unpack->reader->name);
    unpack->late[unpack->late_count] =
        (struct layer_late){.path = copy, .nth = unpack->late_count, .mode = mode, .mtime = mtime};
    unpack->late_count++;
    return 0;
}

/* By path, and where an archive names one more than once, its last word last. */
static int by_path(const void *one, const void *other)
{
    const struct layer_late *a = one, *b = other;
    int order = strcmp(a->path, b->path);

    return order ? order : (a->nth > b->nth) - (a->nth < b->nth);
}

/* The modes and times of directories, those inside first. A path may by now be something else. */
static int finish(struct layer_unpack *unpack)
{
    const struct layer_late *after = NULL;

    if (unpack->late_count > 0)
        qsort(unpack->late, unpack->late_count, sizeof(*unpack->late), by_path);
    for (size_t i = unpack->late_count; i-- > 0;) {
        const struct layer_late *late = &unpack->late[i];
        struct err ignored;
        bool said = after && strcmp(after->path, late->path) == 0;
        after = late;
        if (said)
            continue;
        if (S_ISCHR(late->mode)) {
            if (layer_drop_whiteout(unpack, late->path) < 0)
                return -1;
            continue;
        }
        cleanup_close int place = mount_open_in_root(
            unpack->into, late->path[0] ? late->path : ".", MOUNT_MAKE_NOTHING, &ignored);
        if (place < 0)
            continue;
        cleanup_close int dir = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct timespec times[] = {late->mtime, late->mtime};
        if (dir >= 0 && (futimens(dir, times) < 0 || fchmod(dir, late->mode) < 0))
            return err_sys(unpack->err, "cannot set the mode of %s", late->path);
    }
    return 0;
}

/* The top of the layer, or of the layer below where the archive does not say: mode and owner. */
static int inherit_top(struct layer_unpack *unpack)
{
    struct stat st;
    char top[PATH_MAX];

    if (!unpack->lower || !unpack->lower[0])
        return 0;
    snprintf(top, sizeof(top), "%.*s", (int)strcspn(unpack->lower, ":"), unpack->lower);
    if (stat(top, &st) < 0)
        return err_sys(unpack->err, "cannot look at %s", top);
    if (unpack->owners && fchown(unpack->into, st.st_uid, st.st_gid) < 0)
        return err_sys(unpack->err, "cannot set the owner of the top of %s", unpack->reader->name);
    return layer_later(unpack, "", st.st_mode & 07777, st.st_mtim);
}

/* etc/.wh.motd, as its own layer has it. What the layer itself has under that name stays. */
static int unpack_mark(struct layer_unpack *unpack, struct layer_place *place)
{
    struct stat st;

    if (strcmp(place->name, OPAQUE) == 0)
        return layer_opaque(unpack, place->dir, place->path);
    if (strncmp(place->name, META, sizeof(META) - 1) == 0)
        return 0; /* what the file system AUFS once kept there */
    memmove(place->name, place->name + sizeof(WHITEOUT) - 1,
        strlen(place->name) - sizeof(WHITEOUT) + 2);
    if (strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0 || !place->name[0])
        return tar_refuse(unpack->reader, "%s takes away what has no name", place->path);
    if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return layer_whiteout(unpack, place);
    if (!S_ISDIR(st.st_mode))
        return 0;
    cleanup_close int dir = openat(place->dir, place->name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    return layer_opaque(unpack, dir, place->path);
}

/* The top itself. */
static int unpack_top(struct layer_unpack *unpack, struct archive_entry *entry)
{
    struct timespec mtime = {
        .tv_sec = archive_entry_mtime(entry), .tv_nsec = archive_entry_mtime_nsec(entry)};

    if (archive_entry_filetype(entry) != AE_IFDIR)
        return tar_refuse(unpack->reader, "an entry has no name");
    if (unpack->trash < 0)
        return 0; /* it was there before, and is not the archive's */
    if (layer_dress(unpack, entry, unpack->into, ".") < 0)
        return -1;
    return layer_later(unpack, "", archive_entry_perm(entry) & 07777, mtime);
}

static int unpack_entry(struct layer_unpack *unpack, struct archive_entry *entry)
{
    char path[TAR_PATH];
    struct layer_place place;
    const char *name = tar_name(entry);

    if (tar_clean_path(name, path) < 0)
        return tar_refuse(unpack->reader, "a name leads out of it, or is too long: %s", name);
    if (!path[0])
        return unpack_top(unpack, entry);
    if (layer_place(unpack, path, &place) < 0)
        return -1;
    if (!unpack->plain && strncmp(place.name, WHITEOUT, sizeof(WHITEOUT) - 1) == 0)
        return unpack_mark(unpack, &place);
    return layer_make(unpack, entry, &place);
}

static int unpack_all(struct layer_unpack *unpack)
{
    struct archive_entry *entry;
    int result = inherit_top(unpack);

    while (result == 0 && (result = tar_next(unpack->reader, &entry)) == 1)
        result = unpack_entry(unpack, entry);
    if (result == 0)
        result = finish(unpack);
    close_fd(&unpack->parent_fd);
    for (size_t i = 0; i < unpack->late_count; i++)
        free(unpack->late[i].path);
    free(unpack->late);
    return result;
}

int layer_unpack(struct tar_reader *reader, int into, int trash, const char *lower,
    uint64_t *ret_bytes, struct err *err)
{
    struct layer_unpack unpack = {.reader = reader,
        .into = into,
        .trash = trash,
        .lower = lower,
        .owners = idmap_has_others(),
        .parent_fd = -1,
        .err = err};
    int result = unpack_all(&unpack);

    *ret_bytes = unpack.bytes;
    return result;
}

int layer_unpack_plain(struct tar_reader *reader, int into, int trash, bool owners, struct err *err)
{
    struct layer_unpack unpack = {.reader = reader,
        .into = into,
        .trash = trash,
        .plain = true,
        .owners = owners,
        .parent_fd = -1,
        .err = err};

    return unpack_all(&unpack);
}

int layer_unpack_over(struct tar_reader *reader, int into, bool owners,
    const struct layer_owner *owner, struct err *err)
{
    struct layer_unpack unpack = {.reader = reader,
        .into = into,
        .trash = -1,
        .plain = true,
        .owners = owners,
        .owner = owner,
        .parent_fd = -1,
        .err = err};

    return unpack_all(&unpack);
}
