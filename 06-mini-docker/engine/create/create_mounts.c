// SPDX-License-Identifier: MIT
/* -v, --mount and --tmpfs as the record keeps them; mounts_check judges them all together. */
#include "creation.h"

#include "engine/files/mount_words.h"
#include "engine/files/mounts.h"

#include "cleanup.h"

#include <string.h>

/* A target alone (-v /data) is a volume without a name, and stands with the image's. */
static int read_volumes(struct creation *creation, struct pairs *anonymous)
{
    const struct opt_list *words = &creation->options->volumes;
    struct texts binds = {0};

    for (size_t i = 0; i < words->count; i++) {
        cleanup_free char *absolute = mount_words_absolute(words->items[i], creation->err);
        char *kept = absolute ? json_print(&creation->memory, "%s", absolute) : NULL;
        if (!kept)
            return -1;
        if (kept[0] == '/' && !strchr(kept, ':')) {
            if (creation_set(creation, anonymous, kept, NULL) < 0)
                return -1;
        } else if (creation_add(creation, &binds, kept) < 0) {
            return -1;
        }
    }
    creation->record->host.binds = binds.items;
    return 0;
}

static int read_mounts(struct creation *creation)
{
    const struct opt_list *words = &creation->options->mounts;
    struct record_mount *mounts;

    if (words->count == 0)
        return 0;
    mounts = creation_alloc(creation, words->count, sizeof(*mounts));
    for (size_t i = 0; mounts && i < words->count; i++) {
        char *text = json_print(&creation->memory, "%s", words->items[i]);
        if (!text || mount_words_option(text, &mounts[i], creation->err) < 0)
            return -1;
    }
    creation->record->host.mounts = mounts;
    creation->record->host.mounts_count = words->count;
    return mounts ? 0 : -1;
}

/* "/run:size=64m" */
static int read_tmpfs(struct creation *creation)
{
    const struct opt_list *words = &creation->options->tmpfs;
    struct pairs pairs = {0};

    for (size_t i = 0; i < words->count; i++) {
        char *target = json_print(&creation->memory, "%s", words->items[i]);
        char *options = target ? strchr(target, ':') : NULL;
        if (options)
            *options++ = '\0';
        if (!target || creation_set(creation, &pairs, target, options ?: "") < 0)
            return -1;
    }
    creation->record->host.tmpfs = pairs.items;
    creation->record->host.tmpfs_count = pairs.count;
    return 0;
}

int create_mounts(struct creation *creation)
{
    struct record_config *config = &creation->record->config;
    struct pairs volumes = {0};

    for (size_t i = 0; i < creation->image->volumes_count; i++) {
        if (creation_set(creation, &volumes, creation->image->volumes[i].key, NULL) < 0)
            return -1;
    }
    if (read_volumes(creation, &volumes) < 0 || read_mounts(creation) < 0 ||
        read_tmpfs(creation) < 0 || create_volumes_from(creation) < 0)
        return -1;
    config->volumes = volumes.items;
    config->volumes_count = volumes.count;
    return mounts_check(creation->record, creation->err);
}
