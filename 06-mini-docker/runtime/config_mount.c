// SPDX-License-Identifier: MIT
/*
 * One of config.json's "mounts", and the two lists of IDs that it and a user namespace may have.
 *
 * A destination without its slash is given one, as runc does: old configs have it. The source of a
 * bind is a path of the bundle; any other is a name that means something to the file system only.
 */
#include "config_tables.h"

#include <stdio.h>
#include <string.h>

static int check_range(struct json_reader *reader, void *item)
{
    const struct idmap_range *range = item;

    if (range->count - 1 <= UINT32_MAX - range->inside &&
        range->count - 1 <= UINT32_MAX - range->outside)
        return 0;
    json_fail(reader, "size", "%u is not accepted", range->count);
    return err_hint(reader->err, "the last ID would be above 4294967295");
}

static const struct json_field RANGE[] = {
    JSON_NUMBER_IN("containerID", struct idmap_range, inside, 0, UINT32_MAX),
    JSON_NUMBER_IN("hostID", struct idmap_range, outside, 0, UINT32_MAX),
    {JSON_AT("size", JSON_NUMBER, struct idmap_range, count), .required = true, .least = 1,
        .most = UINT32_MAX},
    {0},
};
static const struct json_table range_table = {
    .size = sizeof(struct idmap_range), .fields = RANGE, .check = check_range};

struct ranges {
    const struct idmap_range *items;
    size_t count;
};

/* The idmap that `field` points to, made if there is none yet, and the ranges that go into it. */
static struct idmap *read_ranges(
    struct json_reader *reader, struct json_object *value, void *field, struct ranges *ret)
{
    static const struct json_field list =
        JSON_ITEMS(NULL, JSON_LIST, struct ranges, items, count, &range_table);
    struct idmap **map = field;

    if (json_read_field(reader, &list, value, ret) < 0)
        return NULL;
    if (ret->count > IDMAP_RANGES) {
        json_fail(reader, NULL, "%zu ranges are too many", ret->count);
        err_hint(reader->err, "accepted: %d, as many as the kernel takes", IDMAP_RANGES);
        return NULL;
    }
    if (!*map)
        *map = json_alloc(reader, 1, sizeof(**map));
    return *map;
}

int config_read_uids(struct json_reader *reader, struct json_object *value, void *field)
{
    struct ranges ranges = {0};
    struct idmap *map = read_ranges(reader, value, field, &ranges);

    if (!map)
        return -1;
    memcpy(map->uid, ranges.items, ranges.count * sizeof(*ranges.items));
    map->uids = (int)ranges.count;
    return 0;
}

int config_read_gids(struct json_reader *reader, struct json_object *value, void *field)
{
    struct ranges ranges = {0};
    struct idmap *map = read_ranges(reader, value, field, &ranges);

    if (!map)
        return -1;
    memcpy(map->gid, ranges.items, ranges.count * sizeof(*ranges.items));
    map->gids = (int)ranges.count;
    return 0;
}

/* "bind" and "rbind", "idmap" and "ridmap". */
static bool has_option(const struct spec_mount *mount, const char *name)
{
    for (const char *const *word = mount->options; word && *word; word++) {
        if (strcmp(*word + (**word == 'r'), name) == 0)
            return true;
    }
    return false;
}

static bool is_bind(const struct spec_mount *mount)
{
    return (mount->type && strcmp(mount->type, "bind") == 0) || has_option(mount, "bind");
}

static int check_mappings(struct json_reader *reader, const struct spec_mount *mount)
{
    const struct idmap *map = mount->mappings;

    if ((map || has_option(mount, "idmap")) && !is_bind(mount)) {
        json_fail(reader, map ? "uidMappings" : "options", "only a bind can map IDs");
        return err_hint(reader->err, "a new file system has none to map -> leave it out");
    }
    if (map && !(map->uids && map->gids))
        return json_fail(reader, map->uids ? "gidMappings" : "uidMappings", "is missing");
    return 0;
}

static int check_mount(struct json_reader *reader, void *item)
{
    struct spec_mount *mount = item;

    if (mount->destination[0] != '/') {
        mount->destination = json_print(reader, "/%s", mount->destination);
        if (!mount->destination)
            return -1;
    }
    if (check_mappings(reader, mount) < 0)
        return -1;
    if (!is_bind(mount))
        return 0;
    if (!mount->source)
        return json_fail(reader, "source", "is missing: there is nothing to bind");
    mount->source = config_path(reader, mount->source);
    return mount->source ? 0 : -1;
}

static const struct json_field MOUNT[] = {
    {JSON_AT("destination", JSON_STRING, struct spec_mount, destination), .required = true},
    JSON_FIELD("type", JSON_STRING, struct spec_mount, type),
    JSON_FIELD("source", JSON_STRING, struct spec_mount, source),
    JSON_FIELD("options", JSON_STRINGS, struct spec_mount, options),
    {JSON_AT("uidMappings", JSON_CUSTOM, struct spec_mount, mappings), .custom = config_read_uids},
    {JSON_AT("gidMappings", JSON_CUSTOM, struct spec_mount, mappings), .custom = config_read_gids},
    {0},
};
const struct json_table config_mount = {
    .size = sizeof(struct spec_mount), .fields = MOUNT, .check = check_mount};
