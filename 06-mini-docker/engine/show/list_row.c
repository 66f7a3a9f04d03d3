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

#include <stdlib.h>
#include <string.h>

enum { COMMAND_LETTERS = 20, MOUNT_LETTERS = 15 };

static void set(struct json_object *row, const char *key, const char *text)
{
    json_object_object_add(row, key, json_write_string(text));
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
static void set_command(struct json_object *row, const struct record *record, bool whole)
{
    cleanup_free char *text = NULL, *quoted = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return;
    fputs(record->path, out);
    for (const char *const *arg = record->args; arg && *arg; arg++)
        fprintf(out, strchr(*arg, ' ') ? " '%s'" : " %s", *arg);
    fclose(out);
    if (!whole)
        cut(text, COMMAND_LETTERS);
    struct json_object *string = json_write_string(text);
    set(row, "Command",
        json_object_to_json_string_ext(
            string, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(string);
}

static void set_labels(struct json_object *row, const struct record *record)
{
    cleanup_free char *text = labels_text(record->config.labels, record->config.labels_count);

    set(row, "Labels", text ?: "");
}

/* Names of volumes and paths of binds; a volume without a name has one that is not known here. */
static void set_mounts(struct json_object *row, const struct record *record, bool whole)
{
    struct mount_words *mounts = NULL;
    size_t count = 0, volumes = 0, length;
    struct err ignored;
    cleanup_free char *text = NULL;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return;
    if (mount_words_all(record, &mounts, &count, &ignored) < 0)
        count = 0;
    for (size_t i = 0, shown = 0; i < count; i++) {
        volumes += mounts[i].kind == MOUNT_KIND_VOLUME;
        if (mounts[i].kind == MOUNT_KIND_TMPFS || !mounts[i].source[0])
            continue;
        if (!whole)
            cut(mounts[i].source, MOUNT_LETTERS);
        fprintf(out, "%s%s", shown++ ? "," : "", mounts[i].source);
    }
    fclose(out);
    free(mounts);
    char number[24];
    snprintf(number, sizeof(number), "%zu", volumes);
    set(row, "LocalVolumes", number);
    set(row, "Mounts", text);
}

static void set_networks(struct json_object *row, const struct record *record)
{
    char names[300] = "";
    size_t used = 0;

    for (size_t i = 0; i < record->networks_count && used < sizeof(names); i++)
        used += (size_t)snprintf(
            names + used, sizeof(names) - used, "%s%s", used ? "," : "", record->networks[i].name);
    set(row, "Networks", used || !record->host.network_mode ? names : record->host.network_mode);
}

/* "1.2kB (virtual 4.5MB)": what it changed, and that with its image */
static void set_size(
    struct json_object *row, const struct store *store, const struct record *record)
{
    char path[PATH_MAX], own[HUMAN_TEXT], both[HUMAN_TEXT], text[100];
    struct image image = {0};
    struct err ignored;

    record_path(store, record->id, "upper", path);
    uint64_t bytes = usage_tree(path), below = 0;
    if (record->image_id && image_find(store, record->image_id, &image, &ignored) == 0)
        below = usage_trees(image.lower);
    image_free(&image);
    snprintf(text, sizeof(text), "%s (virtual %s)", human_size(bytes, 3, own),
        human_size(bytes + below, 3, both));
    set(row, "Size", text);
}

struct json_object *list_row(
    const struct store *store, const struct list_item *item, const struct list_row_options *options)
{
    const struct record *record = &item->record;
    struct json_object *row = json_object_new_object();
    char id[STORE_ID + 1], text[512];

    snprintf(id, sizeof(id), "%.*s", options->no_trunc ? STORE_ID : STORE_SHORT_ID, record->id);
    if (options->id_only) {
        set(row, "ID", id);
        return row;
    }
    set_command(row, record, options->no_trunc);
    set(row, "CreatedAt", human_date(record->created, text));
    set(row, "ID", id);
    set(row, "Image", record->config.image ? record->config.image : record->host.rootfs);
    set_labels(row, record);
    if (options->mounts)
        set_mounts(row, record, options->no_trunc);
    set(row, "Names", record->name);
    set_networks(row, record);
    list_ports(item, text, sizeof(text));
    set(row, "Ports", text);
    set(row, "RunningFor", human_ago(record->created, text));
    if (options->sizes)
        set_size(row, store, record);
    else
        set(row, "Size", "0B");
    set(row, "State", status_name(item->status.kind));
    status_describe(&item->status, text, sizeof(text));
    set(row, "Status", text);
    return row;
}
