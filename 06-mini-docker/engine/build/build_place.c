// SPDX-License-Identifier: MIT
/*
 * Where a COPY goes: the directories on the way are made where they are missing. What the stage's
 * own programs have left there is met on the way: symlinks are followed inside the root, and where
 * one leads to what is not there yet, that is made.
 */
#include "build_source_internal.h"

#include "engine/files/mount_words.h"

#include "cleanup.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* the kernel's own limit, path_resolution(7) */

int build_own(const struct building *building, int dir, const char *name)
{
    const struct build_copy *copy = building->copy;
    uid_t uid = copy->uid == BUILD_OWNER_KEPT ? 0 : copy->uid;
    gid_t gid = copy->gid == BUILD_OWNER_KEPT ? 0 : copy->gid;

    return building->owners
               ? fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW | (name[0] ? 0 : AT_EMPTY_PATH))
               : 0;
}

static int make_dirs(struct building *building, const char *path);

/* What the symlink of this path says, as a clean path from the root on. */
static int read_link(const struct building *building, char path[PATH_MAX])
{
    char text[PATH_MAX], joined[2 * PATH_MAX];
    struct copy_place place;
    ssize_t length = -1;

    if (copy_place_find(building->root, path, false, &place, building->err) == 0 && place.dir >= 0)
        length = readlinkat(place.dir, place.name, text, sizeof(text) - 1);
    copy_place_free(&place);
    if (length < 0)
        return err_sys(building->err, "cannot follow %.200s", path);
    text[length] = '\0';
    *strrchr(path, '/') = '\0';
    snprintf(joined, sizeof(joined), "%s/%s", text[0] == '/' ? "" : path, text);
    if (mount_words_clean(joined, path))
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(building->err, "cannot follow %.200s", text);
}

/* Find a clean path's place. A symlink may lead to where no directory is: then that is made. */
static int find_made(struct building *building, const char *path, struct copy_place *ret)
{
    char at[PATH_MAX], above[PATH_MAX];

    strcpy(at, path);
    while (true) {
        if (copy_place_find(building->root, at, true, ret, building->err) < 0)
            return -1;
        if (ret->dir >= 0)
            return 0;
        if (++building->links > LINKS_MOST) {
            errno = ELOOP;
            return err_sys(building->err, "cannot follow %.200s", path);
        }
        if (read_link(building, at) < 0)
            return -1;
        strcpy(above, at);
        *strrchr(above, '/') = '\0';
        if (make_dirs(building, above) < 0)
            return -1;
    }
}

/* Make one directory, where it is missing. */
static int make_dir(struct building *building, const char *path)
{
    struct copy_place place;
    int result = find_made(building, path, &place);

    if (result == 0 && place.exists && !S_ISDIR(place.st.st_mode)) {
        err_set(building->err, ERR_USAGE, "cannot copy to non-directory: %.200s", path);
        result = err_hint(building->err, "a file has this name -> copy to another one");
    } else if (result == 0 && !place.exists) {
        bool made = mkdirat(place.dir, place.name, 0755) == 0 &&
                    fchmodat(place.dir, place.name, 0755, 0) == 0 &&
                    build_own(building, place.dir, place.name) == 0;
        if (!made)
            result = err_sys(building->err, "cannot make the directory %.200s", path);
    }
    copy_place_free(&place);
    return result;
}

/* Make the directory of a clean path, with those above it. */
static int make_dirs(struct building *building, const char *path)
{
    char part[PATH_MAX];

    for (size_t end = 1; path[end - 1] && path[end];) {
        end += strcspn(path + end, "/");
        snprintf(part, sizeof(part), "%.*s", (int)end, path);
        if (make_dir(building, part) < 0)
            return -1;
        end += path[end] == '/';
    }
    return 0;
}

int build_open_destination(struct building *building)
{
    if (make_dirs(building, building->destination) < 0)
        return -1;
    cleanup_close int place = mount_open_in_root(
        building->root, building->destination, MOUNT_MAKE_NOTHING, building->err);
    if (place < 0)
        return -1;
    int dir = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0 ? err_sys(building->err, "cannot open %s", building->destination) : dir;
}

int build_find_place(struct building *building, const char *name, struct copy_place *ret)
{
    char above[PATH_MAX];

    *ret = (struct copy_place){.dir = -1};
    strcpy(above, building->destination);
    if (!building->is_dir) {
        *strrchr(above, '/') = '\0';
        if (make_dirs(building, above) < 0 || find_made(building, building->destination, ret) < 0)
            return -1;
        if (!ret->exists || !S_ISDIR(ret->st.st_mode))
            return 0;
        copy_place_free(ret);
    }
    ret->dir = build_open_destination(building);
    snprintf(ret->name, sizeof(ret->name), "%s", name);
    return ret->dir < 0 ? -1 : 0;
}
