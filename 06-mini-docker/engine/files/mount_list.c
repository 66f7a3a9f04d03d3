// SPDX-License-Identifier: MIT
/*
 * All mounts that a record asks for, in one list. Docker's rules: two of -v, --mount and --tmpfs
 * for one place are a mistake; what --volumes-from brings gives way to any of them, a VOLUME of the
 * image, or -v PLACE, to all; and a mount comes before those that lie below it.
 */
#include "mount_words.h"

#include "cleanup.h"

#include <errno.h>
#include <nettle/sha2.h>
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

static int add_mount(struct list *list, const struct mount_words *words, struct err *err)
{
    if (find(list, words->target))
        return err_refuse(err, EINVAL, "Duplicate mount point: %s", words->target);
    list->items[list->count++] = *words;
    return 0;
}

static int collect(const struct record *record, struct list *list, struct err *err)
{
    const struct record_host *host = &record->host;
    struct mount_words words;

    for (const char *const *bind = host->binds; bind && *bind; bind++) {
        if (mount_words_volume(*bind, &words, err) < 0 || add_mount(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < host->mounts_count; i++) {
        if (mount_words_mount(&host->mounts[i], &words, err) < 0 ||
            add_mount(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < host->tmpfs_count; i++) {
        if (mount_words_tmpfs(&host->tmpfs[i], &words, err) < 0 || add_mount(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < host->inherited_count; i++) {
        if (mount_words_mount(&host->inherited[i], &words, err) < 0)
            return -1;
        words.anonymous = host->inherited[i].anonymous;
        if (!find(list, words.target) && add_mount(list, &words, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < record->config.volumes_count; i++) {
        if (mount_words_volume(record->config.volumes[i].key, &words, err) < 0)
            return -1;
        if (!find(list, words.target) && add_mount(list, &words, err) < 0)
            return -1;
    }
    return 0;
}

/* 64 hex digits, as Docker has them. */
static void name_anonymous(const struct record *record, struct mount_words *words)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sum;

    sha256_init(&sum);
    sha256_update(&sum, strlen(record->id), (const uint8_t *)record->id);
    sha256_update(&sum, strlen(words->target), (const uint8_t *)words->target);
    sha256_digest(&sum, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        snprintf(words->source + 2 * i, 3, "%02x", digest[i]);
}

static size_t depth(const char *path)
{
    size_t slashes = 0;

    for (const char *at = path; (at = strchr(at, '/')); at++)
        slashes++;
    return slashes;
}

int mount_words_order(const char *one, const char *other)
{
    size_t first = depth(one), second = depth(other);

    return first != second ? (first > second) - (first < second) : strcmp(one, other);
}

static int by_target(const void *a, const void *b)
{
    const struct mount_words *one = a, *other = b;

    return mount_words_order(one->target, other->target);
}

int mount_words_all(
    const struct record *record, struct mount_words **ret, size_t *ret_count, struct err *err)
{
    const struct record_host *host = &record->host;
    size_t most = host->mounts_count + host->tmpfs_count + host->inherited_count +
                  record->config.volumes_count;

    for (const char *const *bind = host->binds; bind && *bind; bind++)
        most++;
    cleanup_free struct mount_words *items = malloc((most + MOUNT_WORDS_MORE) * sizeof(*items));
    struct list list = {.items = items};
    if (!items)
        return err_sys(err, "no memory for %zu mounts", most);
    if (collect(record, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        if (items[i].anonymous && !items[i].source[0] && record->id)
            name_anonymous(record, &items[i]);
    }
    qsort(items, list.count, sizeof(*items), by_target);
    *ret_count = list.count;
    *ret = steal_ptr(items);
    return 0;
}
