// SPDX-License-Identifier: MIT
/*
 * What nobody uses, kind by kind. Each is looked at once more under the lock that its removal
 * takes, since somebody may begin to use it meanwhile: "in use" is then no error.
 */
#include "prune.h"

#include "engine/build/build_cache.h"
#include "engine/files/volume.h"
#include "engine/images/image_manifest.h"
#include "engine/images/image_remove.h"
#include "engine/life/removal.h"
#include "engine/network/network_admin.h"
#include "engine/show/list.h"
#include "engine/show/usage.h"

#include "cleanup.h"

#include <errno.h>

static void say(struct prune *prune, const char *before, const char *what)
{
    if (!prune->said)
        puts(prune->heading);
    prune->said = true;
    printf("%s%s\n", before, what);
}

static bool is_unused(const struct prune *prune, const struct list_item *item)
{
    const struct record *record = &item->record;

    return filter_prune_wants(&prune->filter, record->config.labels, record->config.labels_count,
               record->created) &&
           (item->status.kind == STATUS_CREATED || item->status.kind == STATUS_EXITED ||
               item->status.kind == STATUS_DEAD);
}

/* It may have been started, or removed, since it was listed: asked again under its lock. */
static int prune_container(const struct list_item *item, void *arg, struct err *err)
{
    struct prune *prune = arg;
    struct list_item now = {.record = item->record};
    char path[PATH_MAX];
    cleanup_close int lock = -1;

    if (!is_unused(prune, item))
        return 0;
    if (record_lock(&prune->store, item->record.id, &lock, err) < 0 ||
        status_ask(&prune->store, item->record.id, &now.status, err) < 0)
        return err->code == ENOENT ? 0 : -1;
    if (!is_unused(prune, &now))
        return 0;
    record_path(&prune->store, item->record.id, "upper", path);
    uint64_t bytes = usage_tree(path);
    if (removal(&prune->store, &item->record, 0, err) < 0)
        return -1;
    say(prune, "", item->record.id);
    prune->bytes += bytes;
    return 0;
}

int prune_containers(struct prune *prune, struct err *err)
{
    const struct list_options all = {.all = true};

    removal_finish(&prune->store);
    return list_each(&prune->store, &all, prune_container, prune, err);
}

int prune_networks(struct prune *prune, struct err *err)
{
    struct network_list list;
    int result = network_all(&prune->store, &list, err);

    for (size_t i = 0; i < list.count && result == 0; i++) {
        const struct network *network = &list.items[i];
        if (network_is_builtin(network->name) ||
            !filter_prune_wants(
                &prune->filter, network->labels, network->labels_count, network->created))
            continue;
        if (network_remove(&prune->store, network->id, err) == 0)
            say(prune, "", network->name);
        else if (err->kind != ERR_REFUSED) /* in use, or gone meanwhile */
            result = -1;
    }
    network_list_free(&list);
    return result == 0 && prune->everything ? network_rest(&prune->store, err) : result;
}

static int prune_volume(const struct volume *volume, void *arg, struct err *err)
{
    struct prune *prune = arg;
    uint64_t size = volume_size(volume);

    if ((!prune->all && !volume_is_anonymous(volume)) ||
        !filter_prune_wants(&prune->filter, volume->labels, volume->labels_count, volume->created))
        return 0;
    if (volume_remove(&prune->store, volume->name, err) < 0)
        return err->kind == ERR_REFUSED ? 0 : -1; /* in use, or gone meanwhile */
    say(prune, "", volume->name);
    prune->bytes += size;
    return 0;
}

int prune_volumes(struct prune *prune, struct err *err)
{
    return volume_each(&prune->store, prune_volume, prune, err);
}

static void say_untagged(void *arg, const char *name)
{
    say(arg, "untagged: ", name);
}

static void say_deleted(void *arg, const char *digest)
{
    say(arg, "deleted: ", digest);
}

/* One that cannot be read has no labels, and no age. */
static bool wants_image(const struct image_row *row, void *arg)
{
    const struct prune *prune = arg;
    struct image_parts parts;
    struct err ignored;

    if (prune->filter.filters.count == 0)
        return true;
    bool wanted = image_parts_read(&prune->store, row->manifest, &parts, &ignored) == 0 &&
                  filter_prune_wants(&prune->filter, parts.config.config.labels,
                      parts.config.config.labels_count, parts.config.created);
    image_parts_free(&parts);
    return wanted;
}

int prune_images(struct prune *prune, struct err *err)
{
    struct image_removal removal = {.untagged = say_untagged, .deleted = say_deleted, .arg = prune};
    int result = image_prune(&prune->store, prune->all, &removal, wants_image, err);

    prune->bytes += removal.bytes;
    return result;
}

static void say_forgotten(void *arg, const char *key)
{
    char name[26]; /* as long as Docker's */

    snprintf(name, sizeof(name), "%s", key);
    say(arg, "", name);
}

static bool wants_step(const struct build_result *result, void *arg)
{
    const struct prune *prune = arg;

    return filter_prune_wants(&prune->filter, NULL, 0, result->created);
}

int prune_builds(struct prune *prune, struct err *err)
{
    struct image_removal removal = {.deleted = say_forgotten, .arg = prune};
    int result = build_cache_prune(&prune->store, &removal, wants_step, err);

    prune->bytes += removal.bytes;
    return result;
}
