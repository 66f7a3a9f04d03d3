// SPDX-License-Identifier: MIT
/*
 * All mounts that a record asks for, in one list. Docker's rules: two of -v, --mount and --tmpfs
 * for one place are a mistake; a VOLUME of the image, or -v PLACE, gives way to any of them; and a
 * mount comes before those that lie below it.
 */
#include "mount_words.h"

#include "cleanup.h"

#include <stdlib.h>
#include <string.h>

struct list {
    struct mount_words *items;
    size_t count;
};

static const struct mount_words *find(const struct list *list, const char *target)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].target, target) == 0)
            return &list->items[i];
    }
    return NULL;
}

static int add(struct list *list, const struct mount_words *words, struct err *err)
{
    if (find(list, words->target))
        return err_set(err, ERR_USAGE, "Duplicate mount point: %s", words->target);
    list->items[list->count++] = *words;
    return 0;
}

static int collect(const struct record *record, struct list *list, struct err *err)
{
    const struct record_host *host = &record->host;
    struct mount_words words;

    for (const char *const *bind = host->binds; bind && *bind; bind++) {
        if (mount_words_volume(*bind, &words, err) < 0 || add(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < host->mounts_count; i++) {
        if (mount_words_mount(&host->mounts[i], &words, err) < 0 || add(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < host->tmpfs_count; i++) {
        if (mount_words_tmpfs(&host->tmpfs[i], &words, err) < 0 || add(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < record->config.volumes_count; i++) {
        if (mount_words_volume(record->config.volumes[i].key, &words, err) < 0)
            return -1;
        if (!find(list, words.target) && add(list, &words, err) < 0)
            return -1;
    }
    return 0;
}

static size_t depth(const struct mount_words *words)
{
    size_t slashes = 0;

    for (const char *at = words->target; (at = strchr(at, '/')); at++)
        slashes++;
    return slashes;
}

static int compare(const void *a, const void *b)
{
    const struct mount_words *first = a, *second = b;
    size_t one = depth(first), other = depth(second);

    return one != other ? (one > other) - (one < other) : strcmp(first->target, second->target);
}

int mount_words_all(
    const struct record *record, struct mount_words **ret, size_t *ret_count, struct err *err)
{
    size_t most =
        record->host.mounts_count + record->host.tmpfs_count + record->config.volumes_count;

    for (const char *const *bind = record->host.binds; bind && *bind; bind++)
        most++;
    *ret = NULL;
    *ret_count = 0;
    if (most == 0)
        return 0;
    cleanup_free struct mount_words *items = malloc(most * sizeof(*items));
    struct list list = {.items = items};
    if (!items)
        return err_sys(err, "no memory for %zu mounts", most);
    if (collect(record, &list, err) < 0)
        return -1;
    qsort(items, list.count, sizeof(*items), compare);
    *ret_count = list.count;
    *ret = steal_ptr(items);
    return 0;
}
