// SPDX-License-Identifier: MIT
/*
 * What is in `upper` is what the container has changed: overlayfs keeps it apart for us. Each name
 * in it is looked up in the image: not there, it was added; there, it was changed; and overlayfs's
 * mark for "gone", a character device 0, 0, means that it was deleted.
 *
 * A directory is in `upper` also where only something in it was changed. It is told of when
 * something below it is, or when its own mode, owner or time differs; Docker does it so.
 */
#include "diff.h"

#include "engine/images/layer.h"
#include "view.h"

#include "cleanup.h"
#include "fsio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct change {
    char kind; /* 'A', 'C', 'D', or 0: not to be told of */
    char *path;
};

struct diff {
    const struct view *view;
    struct change *items;
    size_t count, room;
    struct err *err;
};

static int walk(struct diff *diff, int upper, int lower, const char *path, bool *ret_ours);

/* The engine makes these where the image has none (runtime/mounts.c): nobody in the container did.
 */
bool diff_is_mount_point(const char *path, const struct stat *st)
{
    static const char *const files[] = {
        "etc/hostname", "etc/hosts", "etc/resolv.conf", "dev/console", NULL};
    static const char *const dirs[] = {
        "dev", "dev/mqueue", "dev/pts", "dev/shm", "proc", "sys", "sys/fs", "sys/fs/cgroup", NULL};
    bool file = S_ISREG(st->st_mode) && st->st_size == 0;

    for (const char *const *at = file ? files : dirs; *at && (file || S_ISDIR(st->st_mode)); at++) {
        if (strcmp(*at, path) == 0)
            return true;
    }
    return false;
}

static int add_change(struct diff *diff, char kind, const char *path, size_t *ret_index)
{
    if (diff->count == diff->room) {
        size_t room = diff->room ? 2 * diff->room : 256;
        struct change *larger = reallocarray(diff->items, room, sizeof(*larger));
        if (!larger)
            return err_sys(diff->err, "no memory for the changes");
        diff->items = larger;
        diff->room = room;
    }
    char *copy = strdup(path);
    if (!copy)
        return err_sys(diff->err, "no memory for the changes");
    if (ret_index)
        *ret_index = diff->count;
    diff->items[diff->count++] = (struct change){kind, copy};
    return 0;
}

static bool is_equal(const struct stat *one, const struct stat *other, bool times)
{
    return one->st_mode == other->st_mode && one->st_uid == other->st_uid &&
           one->st_gid == other->st_gid &&
           (!times || (one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
                          one->st_mtim.tv_nsec == other->st_mtim.tv_nsec));
}

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int list(const struct diff *diff, int dir, struct dirent ***ret)
{
    char self[32];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", dir);
    int count = scandir(self, ret, is_name, alphasort);
    return count < 0 ? err_sys(diff->err, "cannot read a directory of the container") : count;
}

/* Of an opaque directory: what the image has in it and the container has not. */
static int add_hidden(struct diff *diff, int upper, int lower, const char *path)
{
    char below[PATH_MAX];
    struct dirent **names;
    struct stat st;
    int result = 0, count = list(diff, lower, &names);

    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        snprintf(below, sizeof(below), "%s/%s", path, names[i]->d_name);
        if (result == 0 && fstatat(upper, names[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            result = add_change(diff, 'D', below, NULL);
        free(names[i]);
    }
    free(names);
    return result;
}

/* A directory: it counts when it is new, differs, or has something in it that counts. */
static int walk_dir(struct diff *diff, int upper_dir, int lower_dir, const char *name,
    const char *path, const struct stat *st, const struct stat *before, bool *ret_ours)
{
    cleanup_close int upper =
        openat(upper_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    cleanup_close int lower =
        before ? openat(lower_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    bool ours = false;
    size_t index;

    if (upper < 0)
        return err_sys(diff->err, "cannot open %s", path);
    if (add_change(diff, before ? 'C' : 'A', path, &index) < 0 ||
        (lower >= 0 && layer_is_opaque(upper) && add_hidden(diff, upper, lower, path) < 0) ||
        walk(diff, upper, lower, path, &ours) < 0)
        return -1;
    if (diff->count > index + 1)
        return 0;
    /* a mount point that we have made in it has changed its time */
    if (before ? is_equal(st, before, !ours) : diff_is_mount_point(path + 1, st)) {
        diff->items[index].kind = '\0';
        *ret_ours |= !before;
    }
    return 0;
}

static int walk_one(
    struct diff *diff, int upper, int lower, const char *name, const char *path, bool *ret_ours)
{
    struct stat st, before;

    if (fstatat(upper, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_sys(diff->err, "cannot look at %s", path);
    bool had = lower >= 0 && fstatat(lower, name, &before, AT_SYMLINK_NOFOLLOW) == 0;
    if (layer_is_whiteout(&st))
        return had ? add_change(diff, 'D', path, NULL) : 0;
    if (S_ISDIR(st.st_mode))
        return walk_dir(diff, upper, lower, name, path, &st,
            had && S_ISDIR(before.st_mode) ? &before : NULL, ret_ours);
    if (!had && diff_is_mount_point(path + 1, &st)) {
        *ret_ours = true;
        return 0;
    }
    return add_change(diff, had ? 'C' : 'A', path, NULL);
}

/* *ret_ours: something in it was made by the engine. */
static int walk(struct diff *diff, int upper, int lower, const char *path, bool *ret_ours)
{
    char below[PATH_MAX];
    struct dirent **names;
    int result = 0, count = list(diff, upper, &names);

    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        if (result == 0 &&
            snprintf(below, sizeof(below), "%s/%s", path, names[i]->d_name) < (int)sizeof(below))
            result = walk_one(diff, upper, lower, names[i]->d_name, below, ret_ours);
        free(names[i]);
    }
    free(names);
    return result;
}

static int find_changes(int root_fd, void *arg, struct err *err)
{
    struct diff *diff = arg;
    const struct view *view = diff->view;
    char path[PATH_MAX];
    bool ours = false;

    diff->err = err;
    record_path(view->store, view->record->id, "work/copy", path);
    if (fsio_exists(NULL, path)) {
        err_refuse(err, EINVAL, "container %.12s keeps no changes apart", view->record->id);
        return err_hint(err, "where it was started there is no overlayfs, and its root is a copy "
                             "of the image -> export shows all of it");
    }
    record_path(view->store, view->record->id, "upper", path);
    cleanup_close int upper = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (upper < 0)
        return errno == ENOENT ? 0 : err_sys(err, "cannot open %s", path);
    if (walk(diff, upper, root_fd, "", &ours) < 0)
        return -1;
    for (size_t i = 0; i < diff->count; i++) {
        if (diff->items[i].kind)
            printf("%c %s\n", diff->items[i].kind, diff->items[i].path);
    }
    return 0; /* the memory goes with the process */
}

int diff_print(const struct store *store, const struct record *record, struct err *err)
{
    struct view view = {.store = store, .record = record, .kind = VIEW_IMAGE};
    struct diff diff = {.view = &view};

    return view_run(&view, find_changes, &diff, err);
}
