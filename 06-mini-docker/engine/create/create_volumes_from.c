// SPDX-License-Identifier: MIT
/*
 * --volumes-from: what another container has mounted, this one gets at the same places. It is
 * looked up now and written into the record, as Docker does: the other may be gone tomorrow, and
 * its volumes are still there. What the other has from a third comes along.
 */
#include "creation.h"

#include "engine/files/mount_words.h"

#include "cleanup.h"

#include <string.h>

struct inherited {
    struct record_mount *items;
    size_t count, room;
};

static bool read_rights(const char *mode, bool *ret_read_only)
{
    static const char *const words[] = {
        "rw", "ro", "z", "Z", "rw,z", "rw,Z", "ro,z", "ro,Z", "z,ro", "Z,ro", "z,rw", "Z,rw"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], mode) == 0) {
            *ret_read_only = strstr(mode, "ro") != NULL;
            return true;
        }
    }
    return false;
}

static const char *copy(struct creation *creation, const char *text)
{
    return json_print(&creation->memory, "%s", text);
}

/* Of two at one place the later counts. */
static int add(struct creation *creation, const struct mount_words *words, bool read_only,
    struct inherited *list)
{
    const struct record_mount mount = {
        .type = mount_kind_name(words->kind),
        .source = copy(creation, words->source),
        .target = copy(creation, words->target),
        .read_only = read_only || words->read_only,
        .propagation = words->kind == MOUNT_KIND_BIND ? copy(creation, words->propagation) : NULL,
        .non_recursive = words->non_recursive,
        .make_source = words->kind == MOUNT_KIND_BIND && words->make_source,
        .anonymous = words->anonymous,
        .no_copy = words->kind == MOUNT_KIND_VOLUME && words->no_copy,
    };
    size_t at = 0;

    if (!mount.source || !mount.target)
        return -1;
    while (at < list->count && strcmp(list->items[at].target, mount.target) != 0)
        at++;
    if (at == list->room) {
        size_t room = list->room ? 2 * list->room : 8;
        struct record_mount *larger = creation_alloc(creation, room, sizeof(*larger));
        if (!larger)
            return -1;
        if (list->count > 0)
            memcpy(larger, list->items, list->count * sizeof(*larger));
        list->items = larger;
        list->room = room;
    }
    list->items[at] = mount;
    list->count += at == list->count;
    return 0;
}

static int take_all(
    struct creation *creation, const struct record *other, bool read_only, struct inherited *list)
{
    cleanup_free struct mount_words *words = NULL;
    size_t count;

    if (mount_words_all(other, &words, &count, creation->err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        /* memory of its own is nothing that two could share */
        if (words[i].kind != MOUNT_KIND_TMPFS && add(creation, &words[i], read_only, list) < 0)
            return -1;
    }
    return 0;
}

static int take_from(struct creation *creation, const char *word, struct inherited *list)
{
    char *name = json_print(&creation->memory, "%s", word), *mode = name ? strchr(name, ':') : NULL;
    struct record other = {0};
    bool read_only = false;

    if (!name)
        return -1;
    if (!name[0])
        return err_set(creation->err, ERR_USAGE,
            "invalid volumes-from specification: it cannot be an empty string");
    if (mode)
        *mode++ = '\0';
    if (mode && !read_rights(mode, &read_only)) {
        err_set(creation->err, ERR_USAGE, "--volumes-from %.60s: invalid mode: %.40s", name, mode);
        return err_hint(creation->err, "accepted: ro, rw, and with a comma z or Z");
    }
    int result = record_lookup(creation->store, name, &other, creation->err);
    if (result == 0)
        result = take_all(creation, &other, read_only, list);
    record_free(&other);
    return result;
}

int create_volumes_from(struct creation *creation)
{
    const struct opt_list *words = &creation->options->volumes_from;
    struct record_host *host = &creation->record->host;
    struct inherited list = {0};

    for (size_t i = 0; i < words->count; i++) {
        if (take_from(creation, words->items[i], &list) < 0)
            return -1;
    }
    host->volumes_from = words->items;
    host->inherited = list.items;
    host->inherited_count = list.count;
    return 0;
}
