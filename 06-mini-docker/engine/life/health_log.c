// SPDX-License-Identifier: MIT
/*
 * containers/ID/health.json: {"Log": […]}, written by the process that made the check, so that the
 * monitor needs no memory for it. It is only shown, and nothing hangs on it: so it is not brought
 * to the disk, and one that cannot be read is as good as none.
 */
#include "health_log.h"

#include "engine/store/record.h"

#include "runtime/json.h"
#include "runtime/json_write.h"

#include "cleanup.h"
#include "fsio.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEPT = 5 }; /* as many as docker keeps */

struct json_object *health_log(const struct store *store, const char *id)
{
    char path[PATH_MAX];
    struct json_memory memory = {0};
    struct json_object *list = NULL;
    struct err ignored;

    record_path(store, id, "health.json", path);
    cleanup_free char *text = fsio_read(NULL, path, &ignored);
    if (text && json_parse(path, text, strlen(text), &memory, &ignored) == 0)
        list = json_object_get(json_object_object_get(memory.tree, "Log"));
    json_memory_free(&memory);
    if (json_object_is_type(list, json_type_array))
        return list;
    json_object_put(list);
    return json_object_new_array();
}

void health_log_add(const struct store *store, const char *id, const struct health_entry *entry)
{
    struct json_object *list = health_log(store, id), *tree = json_object_new_object();
    struct json_object *added = json_object_new_object();
    char path[PATH_MAX];
    struct err ignored;

    json_object_object_add(added, "Start", json_write_string(entry->start));
    json_object_object_add(added, "End", json_write_string(entry->end));
    json_object_object_add(added, "ExitCode", json_object_new_int(entry->exit_code));
    json_object_object_add(added, "Output", json_write_string(entry->output));
    json_object_array_add(list, added);
    if (json_object_array_length(list) > KEPT)
        json_object_array_del_idx(list, 0, json_object_array_length(list) - KEPT);
    json_object_object_add(tree, "Log", list);
    record_path(store, id, "health.json", path);
    fsio_replace(&ignored, path, json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN));
    json_object_put(tree);
}

void health_log_clear(const struct store *store, const char *id)
{
    char path[PATH_MAX];

    record_path(store, id, "health.json", path);
    unlink(path);
}
