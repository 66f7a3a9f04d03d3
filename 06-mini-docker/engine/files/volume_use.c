// SPDX-License-Identifier: MIT
/*
 * Who has a volume, and how large it is. No list of users is kept that could be wrong: the
 * containers' own records are asked each time, those that do not run too.
 */
#include "volume.h"

#include "mount_words.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    const struct store *store;
    const char *name;
    size_t found;
    char *users;
    size_t used;
};

static bool has(const struct mount_words *words, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].kind == MOUNT_KIND_VOLUME && strcmp(words[i].source, name) == 0)
            return true;
    }
    return false;
}

static int ask(const char *id, void *arg, struct err *err)
{
    struct search *search = arg;
    cleanup_free struct mount_words *words = NULL;
    struct record record;
    size_t count = 0;

    if (record_load(search->store, id, &record, err) < 0)
        return err->code == ENOENT ? 0 : -1; /* removed a moment ago */
    int result = mount_words_all(&record, &words, &count, err);
    if (result == 0 && has(words, count, search->name)) {
        if (search->used < 200)
            search->used += (size_t)snprintf(search->users + search->used, 256 - search->used,
                "%s%s", search->found ? ", " : "", id);
        search->found++;
    }
    record_free(&record);
    return result;
}

int volume_users(const struct store *store, const char *name, size_t *ret_count,
    char ret_users[256], struct err *err)
{
    struct search search = {.store = store, .name = name, .users = ret_users};

    ret_users[0] = '\0';
    int result = record_each(store, ask, &search, err);
    *ret_count = search.found;
    return result;
}

struct json_object *volume_json(const struct volume *volume)
{
    return json_write(&VOLUME_TABLE, volume, JSON_WRITE_ALL);
}

/* nftw(3) hands nothing on. One thread, one volume at a time. */
static uint64_t bytes;

static int count(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)path;
    (void)ftw;
    bytes += type == FTW_F ? (uint64_t)st->st_size : 0;
    return 0;
}

uint64_t volume_size(const struct volume *volume)
{
    bytes = 0;
    nftw(volume->path, count, 16, FTW_PHYS | FTW_MOUNT);
    return bytes;
}
