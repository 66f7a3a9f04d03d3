// SPDX-License-Identifier: MIT
/*
 * The containers there are, one after another. Each is two small files, and for one that runs a
 * question to the kernel; only those that the options leave in question are read at all.
 */
#include "list.h"

#include "engine/create/labels.h"
#include "engine/images/image_index.h"

#include "human.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

const char *const list_filters[] = {"ancestor", "before", "exited", "expose", "health", "id",
    "label", "name", "network", "publish", "since", "status", "volume", NULL};

struct listing {
    const struct store *store;
    const struct list_options *options;
    int (*visit)(const struct list_item *item, void *arg, struct err *err);
    void *arg;
    uint64_t shown;
    struct err damage; /* the first that cannot be read, which is the error in the end */
    char before[STORE_TIME], since[STORE_TIME]; /* when those containers were made; "": any time */
    struct image_index images;                  /* read where `ancestor` was given */
};

static int check_exited(const struct filters *filters, struct err *err)
{
    for (size_t i = 0; i < filters->count; i++) {
        const char *value = filters->items[i].value;
        bool number = value[0] && strspn(value, "0123456789") == strlen(value);
        if (number || strcmp(filters->items[i].key, "exited") != 0)
            continue;
        err_refuse(err, EINVAL, "invalid filter 'exited=%s'", value);
        return err_hint(err, "the values are exit statuses: 0, 137");
    }
    return 0;
}

int list_check(const struct filters *filters, struct err *err)
{
    static const char *const states[] = {
        "created", "restarting", "running", "removing", "paused", "exited", "dead", NULL};
    static const char *const health[] = {"starting", "healthy", "unhealthy", "none", NULL};

    if (filters_check(filters, "status", states, err) < 0 || check_exited(filters, err) < 0 ||
        list_check_ports(filters, err) < 0)
        return -1;
    return filters_check(filters, "health", health, err);
}

/* The time of the container that a filter names. */
static int find_time(const struct store *store, const struct filters *filters, const char *key,
    char ret[STORE_TIME], struct err *err)
{
    ret[0] = '\0';
    for (size_t i = 0; filters && i < filters->count; i++) {
        struct record record;
        if (strcmp(filters->items[i].key, key) != 0)
            continue;
        if (record_lookup(store, filters->items[i].value, &record, err) < 0)
            return -1;
        snprintf(ret, STORE_TIME, "%s", record.created);
        record_free(&record);
    }
    return 0;
}

/* "busybox" is "busybox:latest"; an ID may be shortened. */
static bool is_image(const struct record *record, const char *word)
{
    const char *name = record->config.image ? record->config.image : "";
    const char *id = record->image_id ? record->image_id : "";
    char full[300];

    snprintf(full, sizeof(full), "%s:latest", word);
    if (strcmp(name, word) == 0 || strcmp(name, full) == 0 || strcmp(id, word) == 0)
        return true;
    snprintf(full, sizeof(full), "%s:latest", name);
    if (strcmp(full, word) == 0)
        return true;
    return strlen(word) >= 4 && strncmp(id, "sha256:", 7) == 0 &&
           strncmp(id + 7, word, strlen(word)) == 0;
}

static bool any_value(const struct filters *filters, const char *key, const struct list_item *item,
    bool (*fits)(const struct list_item *item, const char *value))
{
    for (size_t i = 0; i < filters->count; i++) {
        if (strcmp(filters->items[i].key, key) == 0 && fits(item, filters->items[i].value))
            return true;
    }
    return !filters_given(filters, key);
}

/* What the word means today, by whatever name; of an image that is gone, what the container says.
 */
static bool fits_ancestor(const struct listing *listing, const struct list_item *item)
{
    const struct filters *filters = listing->options->filters;
    const char *id = item->record.image_id;
    struct err ignored;
    size_t at;

    for (size_t i = 0; i < filters->count; i++) {
        const char *value = filters->items[i].value;
        if (strcmp(filters->items[i].key, "ancestor") != 0)
            continue;
        bool there = image_index_find(&listing->images, value, &at, &ignored) == 0;
        if (there ? id && strcmp(listing->images.rows[at].id, id) == 0
                  : is_image(&item->record, value))
            return true;
    }
    return !filters_given(filters, "ancestor");
}

static bool fits_network(const struct list_item *item, const char *value)
{
    for (size_t i = 0; i < item->record.networks_count; i++) {
        if (strcmp(item->record.networks[i].name, value) == 0)
            return true;
    }
    return item->record.host.network_mode && strcmp(item->record.host.network_mode, value) == 0;
}

static bool fits_publish(const struct list_item *item, const char *value)
{
    for (size_t i = 0; i < item->status.ports_count; i++) {
        if (list_port_fits(value, item->status.ports[i].host_port, item->status.ports[i].protocol))
            return true;
    }
    return false;
}

static bool fits_expose(const struct list_item *item, const char *value)
{
    for (size_t i = 0; i < item->record.config.exposed_ports_count; i++) {
        const char *port = item->record.config.exposed_ports[i].key, *slash = strchr(port, '/');
        if (list_port_fits(value, (unsigned)atoi(port), slash ? slash + 1 : "tcp"))
            return true;
    }
    return false;
}

/* A volume by its name or by where it is mounted: one of the parts of a bind's words. */
static bool fits_volume(const struct list_item *item, const char *value)
{
    const struct record_host *host = &item->record.host;
    size_t length = strlen(value);

    for (size_t i = 0; host->binds && host->binds[i]; i++) {
        for (const char *part = host->binds[i]; part; part = strchr(part, ':')) {
            part += *part == ':';
            if (strncmp(part, value, length) == 0 && (!part[length] || part[length] == ':'))
                return true;
        }
    }
    for (size_t i = 0; i < host->mounts_count; i++) {
        const struct record_mount *mount = &host->mounts[i];
        if (strcmp(mount->target, value) == 0 || (mount->source && !strcmp(mount->source, value)))
            return true;
    }
    for (size_t i = 0; i < item->record.config.volumes_count; i++) {
        if (strcmp(item->record.config.volumes[i].key, value) == 0)
            return true;
    }
    return false;
}

static bool fits_exited(const struct list_item *item, const char *value)
{
    return item->status.kind == STATUS_EXITED && item->status.exit_code == atoi(value);
}

static bool fits_health(const struct list_item *item, const char *value)
{
    static const char *const names[] = {"none", "starting", "healthy", "unhealthy"};

    return strcmp(names[item->status.health], value) == 0;
}

/* Asked before the record is read: most containers that there are may not run. */
static bool fits_state(const struct listing *listing, enum status_kind kind)
{
    const struct filters *filters = listing->options->filters;

    return listing->options->all || listing->options->last ||
           (filters && filters_given(filters, "status")) || kind == STATUS_RUNNING ||
           kind == STATUS_PAUSED || kind == STATUS_RESTARTING;
}

/* "^/web$" is a habit from when Docker's names had a slash. */
static bool is_named(const struct filters *filters, const char *name)
{
    char with_slash[160];

    snprintf(with_slash, sizeof(with_slash), "/%s", name);
    return filters_match(filters, "name", name) || filters_match(filters, "name", with_slash);
}

static bool fits(const struct listing *listing, const struct list_item *item)
{
    const struct filters *filters = listing->options->filters;

    if (!filters || filters->count == 0)
        return true;
    if ((listing->before[0] && strcmp(item->record.created, listing->before) >= 0) ||
        (listing->since[0] && strcmp(item->record.created, listing->since) <= 0))
        return false;
    struct json_object *labels =
        labels_json(item->record.config.labels, item->record.config.labels_count);
    bool labelled = filters_labels(filters, "label", labels);
    json_object_put(labels);
    return labelled && is_named(filters, item->record.name) &&
           filters_match(filters, "id", item->record.id) &&
           filters_equal(filters, "status", status_name(item->status.kind)) &&
           fits_ancestor(listing, item) && any_value(filters, "network", item, fits_network) &&
           any_value(filters, "publish", item, fits_publish) &&
           any_value(filters, "expose", item, fits_expose) &&
           any_value(filters, "volume", item, fits_volume) &&
           any_value(filters, "exited", item, fits_exited) &&
           any_value(filters, "health", item, fits_health);
}

/* One that has been removed meanwhile, or is damaged: the others are shown all the same. */
static int skip(struct listing *listing, const struct err *err)
{
    if (err->code != ENOENT && listing->damage.kind == ERR_NONE)
        listing->damage = *err;
    return 0;
}

static int load(const struct listing *listing, const char *id, struct record *ret, struct err *err)
{
    const struct filters *filters = listing->options->filters;
    enum list_part part = filters && filters->count > 0 ? LIST_RECORD : listing->options->part;

    if (part == LIST_RECORD)
        return record_load(listing->store, id, ret, err);
    if (part == LIST_BRIEF)
        return record_load_brief(listing->store, id, ret, err);
    *ret = (struct record){.id = id};
    return 0;
}

static int look(const char *id, void *arg, struct err *err)
{
    struct listing *listing = arg;
    struct list_item item = {0};
    int result = 0;

    if (status_ask(listing->store, id, &item.status, err) < 0)
        return skip(listing, err);
    if (!fits_state(listing, item.status.kind))
        return 0;
    if (load(listing, id, &item.record, err) < 0) {
        result = skip(listing, err);
    } else if (fits(listing, &item)) {
        result = listing->visit(&item, listing->arg, err);
        if (result == 0 && ++listing->shown == listing->options->last)
            result = 1; /* enough */
    }
    record_free(&item.record);
    return result;
}

int list_each(const struct store *store, const struct list_options *options,
    int (*visit)(const struct list_item *item, void *arg, struct err *err), void *arg,
    struct err *err)
{
    struct listing listing = {.store = store, .options = options, .visit = visit, .arg = arg};

    if (find_time(store, options->filters, "before", listing.before, err) < 0 ||
        find_time(store, options->filters, "since", listing.since, err) < 0)
        return -1;
    if (options->filters && filters_given(options->filters, "ancestor") &&
        image_index_read(store, &listing.images, err) < 0)
        return -1;
    int result = record_each(store, look, &listing, err);
    image_index_free(&listing.images);
    if (result < 0)
        return -1;
    if (listing.damage.kind == ERR_NONE)
        return 0;
    *err = listing.damage;
    return -1;
}
