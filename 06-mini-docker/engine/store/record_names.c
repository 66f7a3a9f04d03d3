// SPDX-License-Identifier: MIT
/*
 * A name is a symlink, since symlink(2) is what only one of two can do, and what it points at says
 * who. What it points at is checked before it is believed: a crash may leave a name without its
 * container, or, halfway through a rename, a container with two; the record says which is right.
 */
#include "record_names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool record_name_is_valid(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);

    return length >= 2 && length <= NAME_MAX && strspn(name, letters) == length &&
           !strchr("_.-", name[0]);
}

static int path_of(const struct store *store, const char *name, char ret[PATH_MAX], struct err *err)
{
    char dir[PATH_MAX];

    if (store_dir(store, "names", dir, err) < 0)
        return -1;
    if (snprintf(ret, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
        return 0;
    errno = ENAMETOOLONG;
    return err_sys(err, "cannot use the name %.60s", name);
}

/* What the symlink says; false where it is none of ours. */
static bool read_link(const char *path, char ret_id[STORE_ID + 1])
{
    char id[STORE_ID + 2];
    ssize_t length = readlink(path, id, sizeof(id));

    if (length != STORE_ID)
        return false;
    id[length] = '\0';
    strcpy(ret_id, id);
    return true;
}

bool record_name_owner(const struct store *store, const char *name, char ret_id[STORE_ID + 1])
{
    struct record record = {0};
    struct err err = {0};
    char path[PATH_MAX];

    if (!record_name_is_valid(name) || path_of(store, name, path, &err) < 0 ||
        !read_link(path, ret_id))
        return false;
    if (record_load(store, ret_id, &record, &err) < 0)
        return err.kind != ERR_REFUSED; /* there, but damaged: `rm` is to find it */
    bool owns = strcmp(record.name, name) == 0;
    record_free(&record);
    return owns;
}

int record_name_take(const struct store *store, const char *name, const char *id, struct err *err)
{
    char path[PATH_MAX], owner[STORE_ID + 1];

    if (path_of(store, name, path, err) < 0)
        return -1;
    if (symlink(id, path) == 0)
        return 0;
    if (errno != EEXIST)
        return err_sys(err, "cannot take the name %s", name);
    if (!record_name_owner(store, name, owner)) {
        if (unlink(path) == 0 && symlink(id, path) == 0)
            return 0;
        return err_sys(err, "cannot take the name %s, which %s kept", name, path);
    }
    return err_refuse(err, EEXIST,
        "Conflict. The container name \"/%.80s\" is already in use by container \"%s\". You have "
        "to remove (or rename) that container to be able to reuse that name.",
        name, owner);
}

void record_name_free(const struct store *store, const char *name, const char *id)
{
    char path[PATH_MAX], owner[STORE_ID + 1];
    struct err ignored;

    if (path_of(store, name, path, &ignored) == 0 && read_link(path, owner) &&
        strcmp(owner, id) == 0)
        unlink(path);
}
