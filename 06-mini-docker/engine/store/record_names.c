// SPDX-License-Identifier: MIT
/*
 * A name is a symlink, since symlink(2) is what only one of two can do, and what it points at says
 * who. What it points at is checked before it is believed: a crash may leave a name without its
 * container, or, halfway through a rename, a container with two; the record says which is right.
 *
 * It says the ID with 6 bits a letter. ext4 has room for 59 letters in the symlink itself; for an
 * ID's 64 digits it takes a block of the disk, and giving one back is dear where the disk is told.
 */
#include "record_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKED = (STORE_ID * 4 + 5) / 6 };

static const char LETTERS[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

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

/* Three digits are two letters, the low bits first; of the last digit alone there are no others. */
static void pack(const char *id, char ret[PACKED + 1])
{
    char digits[4];

    for (size_t i = 0; i < PACKED; i++) {
        snprintf(digits, sizeof(digits), "%s", id + i / 2 * 3);
        ret[i] = LETTERS[strtoul(digits, NULL, 16) >> (i % 2 * 6) & 63];
    }
    ret[PACKED] = '\0';
}

static void unpack(const char *packed, char ret_id[STORE_ID + 1])
{
    for (size_t i = 0; i < PACKED; i += 2) {
        size_t at = i / 2 * 3, bits = (size_t)(strchr(LETTERS, packed[i]) - LETTERS);
        if (i + 1 < PACKED)
            bits |= (size_t)(strchr(LETTERS, packed[i + 1]) - LETTERS) << 6;
        snprintf(ret_id + at, STORE_ID + 1 - at, "%0*zx", i + 1 < PACKED ? 3 : 1, bits);
    }
}

/* What the symlink says; false where it is none of ours. */
static bool read_link(const char *path, char ret_id[STORE_ID + 1])
{
    char packed[PACKED + 1] = "";

    if (readlink(path, packed, sizeof(packed)) != PACKED)
        return false;
    packed[PACKED] = '\0';
    if (strspn(packed, LETTERS) != PACKED)
        return false;
    unpack(packed, ret_id);
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
    char path[PATH_MAX], packed[PACKED + 1], owner[STORE_ID + 1];

    if (path_of(store, name, path, err) < 0)
        return -1;
    pack(id, packed);
    if (symlink(packed, path) == 0)
        return 0;
    if (errno != EEXIST)
        return err_sys(err, "cannot take the name %s", name);
    if (!record_name_owner(store, name, owner)) {
        if (unlink(path) == 0 && symlink(packed, path) == 0)
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
