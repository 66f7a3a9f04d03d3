// SPDX-License-Identifier: MIT
/*
 * Which containers there are, and which one a word means. The directory is the only list: an entry
 * of 64 hex digits is a container, one that begins with a dot is a container that comes or goes,
 * which nobody is to see.
 */
#include "record.h"

#include "engine/life/removal.h"
#include "record_names.h"

#include "cleanup.h"
#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    char id[STORE_ID + 1];
    struct timespec created;
};

struct entries {
    struct entry *items;
    size_t count, room;
    bool fresh;   /* a .new-ID is among them */
    bool leaving; /* a .removing-ID is */
};

static bool is_hex(const char *word, size_t length)
{
    return strspn(word, "0123456789abcdef") == length && strlen(word) == length;
}

static int add(struct entries *entries, const char *id, struct timespec created, struct err *err)
{
    if (entries->count == entries->room) {
        size_t room = entries->room ? 2 * entries->room : 64;
        struct entry *larger = reallocarray(entries->items, room, sizeof(*larger));
        if (!larger)
            return err_sys(err, "cannot list the containers");
        entries->items = larger;
        entries->room = room;
    }
    struct entry *entry = &entries->items[entries->count++];
    entry->created = created;
    memcpy(entry->id, id, sizeof(entry->id));
    return 0;
}

/* Those whose ID begins with `prefix`; none is no error. The caller frees ret->items. */
static int list(const struct store *store, const char *prefix, struct entries *ret, struct err *err)
{
    char path[PATH_MAX], file[STORE_ID + 20];
    struct stat st;

    *ret = (struct entries){0};
    if (store_dir(store, "containers", path, err) < 0)
        return -1;
    cleanup_closedir DIR *dir = opendir(path);
    if (!dir)
        return err_sys(err, "cannot open %s", path);
    for (struct dirent *found; (found = readdir(dir));) {
        const char *name = found->d_name;
        ret->fresh |= strncmp(name, ".new-", 5) == 0;
        ret->leaving |= strncmp(name, ".removing-", 10) == 0;
        if (strncmp(name, prefix, strlen(prefix)) != 0 || !is_hex(name, STORE_ID))
            continue;
        snprintf(file, sizeof(file), "%s/container.json", name);
        if (fstatat(dirfd(dir), file, &st, 0) == 0 && add(ret, name, st.st_mtim, err) < 0)
            return -1;
    }
    return 0;
}

/*
 * The same for one word of maybe many: from the second one on among those that were there then, so
 * that a thousand words do not mean to read the directory a thousand times. Some may have gone.
 */
static int list_of_word(
    const struct store *store, const char *prefix, struct entries *ret, struct err *err)
{
    static struct entries all;
    static char root[PATH_MAX]; /* of which store */
    char path[PATH_MAX];

    if (strcmp(root, store->root) != 0) {
        free(all.items);
        all = (struct entries){0};
        strcpy(root, store->root);
        return list(store, prefix, ret, err);
    }
    if (!all.items && list(store, "", &all, err) < 0)
        return -1;
    *ret = (struct entries){0};
    for (size_t i = 0; i < all.count; i++) {
        const struct entry *entry = &all.items[i];
        if (strncmp(entry->id, prefix, strlen(prefix)) != 0)
            continue;
        record_path(store, entry->id, "container.json", path);
        if (access(path, F_OK) == 0 && add(ret, entry->id, entry->created, err) < 0)
            return -1;
    }
    return ret->count > 0 ? 0 : list(store, prefix, ret, err); /* it may have come since */
}

int record_find(
    const struct store *store, const char *word, char ret_id[STORE_ID + 1], struct err *err)
{
    const char *name = word[0] == '/' ? word + 1 : word;
    struct entries entries = {0};
    char path[PATH_MAX];
    int result = -1;

    if (!name[0])
        return err_refuse(err, ENOENT, "invalid container name or ID: value is empty");
    if (record_name_owner(store, name, ret_id))
        return 0;
    record_path(store, name, "container.json", path);
    if (is_hex(name, STORE_ID) && access(path, F_OK) == 0) { /* no need to go through all */
        strcpy(ret_id, name);
        return 0;
    }
    if (strlen(name) > STORE_ID || !is_hex(name, strlen(name)))
        return err_refuse(err, ENOENT, "No such container: %s", word);
    if (list_of_word(store, name, &entries, err) == 0) {
        if (entries.count == 1) {
            strcpy(ret_id, entries.items[0].id);
            result = 0;
        } else if (entries.count == 0) {
            err_refuse(err, ENOENT, "No such container: %s", word);
        } else {
            err_refuse(err, EINVAL, "Multiple IDs found with provided prefix: %s", word);
        }
    }
    free(entries.items);
    return result;
}

int record_lookup(const struct store *store, const char *word, struct record *ret, struct err *err)
{
    char id[STORE_ID + 1];

    *ret = (struct record){0};
    return record_find(store, word, id, err) < 0 ? -1 : record_load(store, id, ret, err);
}

/* Names without their container. */
static void heal_names(const struct store *store, const char *names)
{
    char path[PATH_MAX], owner[STORE_ID + 1];

    cleanup_closedir DIR *dir = opendir(names);
    for (struct dirent *found; dir && (found = readdir(dir));) {
        snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 300, names, found->d_name);
        if (found->d_type == DT_LNK && !record_name_owner(store, found->d_name, owner))
            unlink(path);
    }
}

void record_heal(const struct store *store)
{
    char path[PATH_MAX], entry[PATH_MAX];
    struct err ignored;

    if (store_dir(store, "names", path, &ignored) < 0)
        return;
    /* nobody is in the middle of a create or a rename now, or we leave it */
    cleanup_close int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
        return;
    heal_names(store, path);
    record_path(store, "", NULL, path);
    cleanup_closedir DIR *dir = opendir(path);
    for (struct dirent *found; dir && (found = readdir(dir));) {
        record_path(store, found->d_name, NULL, entry);
        if (strncmp(found->d_name, ".new-", 5) == 0)
            remove_tree(entry, &ignored);
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->created;
    const struct timespec *y = &((const struct entry *)b)->created;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

int record_each(const struct store *store, int (*visit)(const char *id, void *arg, struct err *err),
    void *arg, struct err *err)
{
    struct entries entries;
    int result = list(store, "", &entries, err);

    if (result == 0 && entries.count > 1)
        qsort(entries.items, entries.count, sizeof(*entries.items), newest_first);
    for (size_t i = 0; i < entries.count && result == 0; i++)
        result = visit(entries.items[i].id, arg, err);
    free(entries.items);
    if (entries.fresh)
        record_heal(store);
    if (entries.leaving)
        removal_finish(store);
    return result;
}
