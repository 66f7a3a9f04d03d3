// SPDX-License-Identifier: MIT
/*
 * WORKDIR says where what follows works, and makes the directory where there is none: then it is a
 * layer, of the user who is in force.
 */
#include "build_internal.h"
#include "build_view.h"

#include "cleanup.h"
#include "idmap.h"
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json_object.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct making {
    const char *path, *room;
    uid_t uid;
    gid_t gid;
    int fd;
};

static bool is_directory(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* One directory, as if the root were /. */
static int make_one(int root_fd, const char *path, const struct making *making, struct err *err)
{
    struct err ignored;
    char self[32];
    cleanup_close int there = mount_open_in_root(root_fd, path, MOUNT_MAKE_NOTHING, &ignored);
    cleanup_close int made =
        there < 0 ? mount_open_in_root(root_fd, path, MOUNT_MAKE_DIR, err) : -1;

    if (there >= 0)
        return is_directory(there)
                   ? 0
                   : err_refuse(err, ENOTDIR, "Cannot mkdir: %s is not a directory", path);
    if (made < 0)
        return -1;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", made);
    if (chmod(self, 0755) < 0) /* our umask is no part of an image */
        return err_sys(err, "cannot set the mode of %s", path);
    if (!idmap_has_others() || fchownat(made, "", making->uid, making->gid, AT_EMPTY_PATH) == 0)
        return 0;
    err_sys(err, "cannot give %s to its owner", path);
    return idmap_explain(err);
}

static int make_all(int root_fd, void *arg, struct err *err)
{
    const struct making *making = arg;
    cleanup_free char *path = strdup(making->path);

    if (!path)
        return err_sys(err, "no memory for a path");
    for (char *slash = path + 1; slash; slash++) {
        slash = strchr(slash, '/');
        if (slash)
            *slash = '\0';
        if (make_one(root_fd, path, making, err) < 0)
            return -1;
        if (!slash)
            break;
        *slash = '/';
    }
    return build_view_archive(making->room, true, making->fd, err);
}

static int is_there(int root_fd, void *arg, struct err *err)
{
    cleanup_close int found = mount_open_in_root(root_fd, arg, MOUNT_MAKE_NOTHING, err);

    return found < 0 || !is_directory(found) ? -1 : 0;
}

static const char *text_of(struct json_object *config, const char *key)
{
    struct json_object *value;

    return json_object_object_get_ex(config, key, &value) ? json_object_get_string(value) : NULL;
}

char *build_absolute(const struct build_stage *stage, const char *path, struct err *err)
{
    const char *dir = text_of(stage->draft.config, "WorkingDir");
    char *text = NULL;
    bool absolute = path[0] == '/';

    if (asprintf(&text, "%s%s%s", absolute ? "" : dir ?: "/", absolute ? "" : "/",
            strcmp(path, ".") == 0 ? "./" : path) >= 0)
        return text;
    err_sys(err, "no memory for a path");
    return NULL;
}

static int make_workdir(const struct build_step *step, const char *room, int fd, struct err *err)
{
    struct json_object *config = step->at->stage->draft.config;
    const struct store *store = step->at->build->store;
    const char *user = text_of(config, "User");
    struct making making = {.path = step->arg, .room = room, .fd = fd};
    struct err ignored;

    if (step->lower[0] && build_view(store, step->lower, NULL, is_there, step->arg, &ignored) == 0)
        return 1;
    if (user && user[0] && build_view_user(step->lower, user, &making.uid, &making.gid, err) < 0)
        return -1;
    return build_view(store, step->lower, room, make_all, &making, err);
}

int build_workdir(const struct build_at *at, struct err *err)
{
    struct image_draft *draft = &at->stage->draft;
    cleanup_free char *by = NULL, *lower = image_draft_lower(at->build->store, draft, err);
    struct build_key key;

    if (!lower || build_change(at, err) < 0)
        return -1;
    const char *path = text_of(draft->config, "WorkingDir");
    if (asprintf(&by, "WORKDIR %s", path) < 0)
        return err_sys(err, "no memory for WORKDIR");
    build_key_begin(&key, draft);
    build_key_add(&key, by);
    struct build_step step = {.at = at,
        .key = &key,
        .created_by = by,
        .lower = lower,
        .make = make_workdir,
        .arg = (void *)path};
    return build_step_do(&step, err);
}
