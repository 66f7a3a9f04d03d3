// SPDX-License-Identifier: MIT
/* A container as a row of `ps`: the keys and the words of `docker ps --format json`. */
#include "list.h"

#include "engine/create/labels.h"
#include "engine/files/mount_words.h"
#include "engine/images/image.h"
#include "format.h"
#include "human.h"
#include "usage.h"

#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_LETTERS = 20, MOUNT_LETTERS = 15 };

struct row {
    struct json_object *json;
    const struct store *store;
    const struct list_item *item;
    const struct record *record; /* the item's */
    const struct list_row_options *options;
};

static void set_column(const struct row *row, const char *key, const char *text)
{
    json_object_object_add_ex(row->json, key, json_write_string(text),
        JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT);
}

/* At most so many letters, the last of them "…" when there were more. */
static void cut(char *text, size_t letters)
{
    size_t count = 0;

    for (char *at = text; *at; at++) {
        if ((*at & 0xc0) == 0x80)
            continue;
        if (++count == letters && strlen(at) > 3) {
            /* is there another letter behind this one? */
            char *next = at + 1;
            while ((*next & 0xc0) == 0x80)
                next++;
            if (*next)
                strcpy(at, "…");
            return;
        }
    }
}

/* "sh -c 'echo a b'": an argument with a space has quotes around it. */
static void set_command(const struct row *row, const char *key)
{
    size_t length = strlen(row->record->path) + 1;
    const char *const *args = row->record->args;

    for (size_t i = 0; args && args[i]; i++)
        length += strlen(args[i]) + 3;
    cleanup_free char *text = malloc(length);
    if (!text)
        return;
    char *end = stpcpy(text, row->record->path);
    for (size_t i = 0; args && args[i]; i++)
        end += sprintf(end, strchr(args[i], ' ') ? " '%s'" : " %s", args[i]);
    if (!row->options->no_trunc)
        cut(text, COMMAND_LETTERS);
    struct json_object *string = json_write_string(text);
    set_column(row, key,
        json_object_to_json_string_ext(
            string, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(string);
}

static void set_labels(const struct row *row, const char *key)
{
    const struct record_config *config = &row->record->config;
    cleanup_free char *text = labels_text(config->labels, config->labels_count);

    set_column(row, key, text ?: "");
}

static void set_volumes(const struct row *row, const char *key)
{
    struct mount_words *mounts = NULL;
    size_t count = 0, volumes = 0;
    struct err ignored;
    char number[24];

    if (mount_words_all(row->record, &mounts, &count, &ignored) < 0)
        count = 0;
    for (size_t i = 0; i < count; i++)
        volumes += mounts[i].kind == MOUNT_KIND_VOLUME;
    free(mounts);
    snprintf(number, sizeof(number), "%zu", volumes);
    set_column(row, key, number);
}

/* Names of volumes and paths of binds; a volume without a name has one that is not known here. */
static void set_mounts(const struct row *row, const char *key)
{
    struct mount_words *mounts = NULL;
    size_t count = 0, length;
    struct err ignored;
    cleanup_free char *text = NULL;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return;
    if (mount_words_all(row->record, &mounts, &count, &ignored) < 0)
        count = 0;
    for (size_t i = 0, shown = 0; i < count; i++) {
        if (mounts[i].kind == MOUNT_KIND_TMPFS || !mounts[i].source[0])
            continue;
        if (!row->options->no_trunc)
            cut(mounts[i].source, MOUNT_LETTERS);
        fprintf(out, "%s%s", shown++ ? "," : "", mounts[i].source);
    }
    fclose(out);
    free(mounts);
    set_column(row, key, text);
}

static void set_networks(const struct row *row, const char *key)
{
    const struct record *record = row->record;
    char names[300] = "";
    size_t used = 0;

    for (size_t i = 0; i < record->networks_count && used < sizeof(names); i++)
        used += (size_t)snprintf(
            names + used, sizeof(names) - used, "%s%s", used ? "," : "", record->networks[i].name);
    set_column(row, key, used || !record->host.network_mode ? names : record->host.network_mode);
}

/* "1.2kB (virtual 4.5MB)": what it changed, and that with its image */
static void set_size(const struct row *row, const char *key)
{
    char path[PATH_MAX], own[HUMAN_TEXT], both[HUMAN_TEXT], text[100];
    const struct record *record = row->record;
    struct image image = {0};
    struct err ignored;

    if (!row->options->sizes) {
        set_column(row, key, "0B");
        return;
    }
    record_path(row->store, record->id, "upper", path);
    uint64_t bytes = usage_tree(path), below = 0;
    if (record->image_id && image_find(row->store, record->image_id, &image, &ignored) == 0)
        below = usage_trees(image.lower);
    image_free(&image);
    snprintf(text, sizeof(text), "%s (virtual %s)", human_size(bytes, 3, own),
        human_size(bytes + below, 3, both));
    set_column(row, key, text);
}

static void set_id(const struct row *row, const char *key)
{
    char id[STORE_ID + 1];

    snprintf(id, sizeof(id), "%.*s", row->options->no_trunc ? STORE_ID : STORE_SHORT_ID,
        row->record->id);
    set_column(row, key, id);
}

static void set_image(const struct row *row, const char *key)
{
    set_column(row, key, row->record->config.image ?: row->record->host.rootfs);
}

static void set_name(const struct row *row, const char *key)
{
    set_column(row, key, row->record->name);
}

static void set_created(const struct row *row, const char *key)
{
    char text[HUMAN_TEXT];

    set_column(row, key, human_date(row->record->created, text));
}

static void set_age(const struct row *row, const char *key)
{
    char text[HUMAN_TEXT];

    set_column(row, key, human_ago(row->record->created, text));
}

static void set_ports(const struct row *row, const char *key)
{
    char text[512];

    list_ports(row->item, text, sizeof(text));
    set_column(row, key, text);
}

static void set_state(const struct row *row, const char *key)
{
    set_column(row, key, status_name(row->item->status.kind));
}

static void set_status(const struct row *row, const char *key)
{
    char text[512];

    status_describe(&row->item->status, text, sizeof(text));
    set_column(row, key, text);
}

static const struct {
    const char *key;
    void (*set)(const struct row *row, const char *key);
} COLUMNS[] = {{"Command", set_command}, {"CreatedAt", set_created}, {"ID", set_id},
    {"Image", set_image}, {"Labels", set_labels}, {"LocalVolumes", set_volumes},
    {"Mounts", set_mounts}, {"Names", set_name}, {"Networks", set_networks}, {"Ports", set_ports},
    {"RunningFor", set_age}, {"Size", set_size}, {"State", set_state}, {"Status", set_status}};

enum { COLUMNS_COUNT = sizeof(COLUMNS) / sizeof(COLUMNS[0]) };

unsigned list_columns(const struct table_out *out)
{
    unsigned columns = 0;

    for (unsigned i = 0; i < COLUMNS_COUNT; i++)
        columns |= table_needs(out, COLUMNS[i].key) ? 1U << i : 0;
    return columns;
}

struct json_object *list_row(
    const struct store *store, const struct list_item *item, const struct list_row_options *options)
{
    const struct row row = {json_object_new_object(), store, item, &item->record, options};

    for (unsigned i = 0; i < COLUMNS_COUNT; i++) {
        if (options->columns & 1U << i)
            COLUMNS[i].set(&row, COLUMNS[i].key);
    }
    return row.json;
}
