// SPDX-License-Identifier: MIT
/*
 * state.json: one flat object. It is written to a file beside it and renamed, so that a reader
 * finds the whole of it or nothing, whenever the writer ended.
 */
#include "state_file.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stddef.h>
#include <string.h>

static void put_json(struct json_object **object)
{
    json_object_put(*object);
}

#define cleanup_json __attribute__((unused, cleanup(put_json)))

/* The fields that are text, by their place in struct state. */
static const struct {
    const char *name;
    size_t offset, size;
} TEXTS[] = {
    {"bundle", offsetof(struct state, bundle), sizeof(((struct state *)0)->bundle)},
    {"rootfs", offsetof(struct state, rootfs), sizeof(((struct state *)0)->rootfs)},
    {"created", offsetof(struct state, created), sizeof(((struct state *)0)->created)},
    {"owner", offsetof(struct state, owner), sizeof(((struct state *)0)->owner)},
};

enum { TEXTS_COUNT = sizeof(TEXTS) / sizeof(TEXTS[0]) };

int state_save(const struct state *state, struct err *err)
{
    cleanup_json struct json_object *object = json_object_new_object();
    struct json_object *groups = json_object_new_array();
    char from[PATH_MAX], to[PATH_MAX];

    json_object_object_add(object, "pid", json_object_new_int(state->pid));
    json_object_object_add(object, "startTime", json_object_new_uint64(state->start_time));
    for (int i = 0; i < TEXTS_COUNT; i++)
        json_object_object_add(
            object, TEXTS[i].name, json_object_new_string((const char *)state + TEXTS[i].offset));
    for (int i = 0; i < state->group.paths; i++)
        json_object_array_add(groups, json_object_new_string(state->group.path[i]));
    json_object_object_add(object, "cgroupPaths", groups);
    snprintf(from, sizeof(from), "%s/state.new", state->dir);
    snprintf(to, sizeof(to), "%s/state.json", state->dir);
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text) {
        errno = ENOMEM;
        return err_sys(err, "cannot write %s", to);
    }
    if (fsio_create(err, NULL, from, text) < 0)
        return -1;
    return rename(from, to) < 0 ? err_sys(err, "cannot make %s", to) : 0;
}

static int read_groups(struct json_object *list, struct state *state)
{
    const char *paths[CGROUP_PATHS];
    struct err err;
    int count = 0;

    for (size_t i = 0; list && i < json_object_array_length(list) && count < CGROUP_PATHS; i++)
        paths[count++] = json_object_get_string(json_object_array_get_idx(list, i));
    return cgroup_adopt(paths, count, &state->group, &err);
}

int state_file_read(struct state *state, struct err *err)
{
    cleanup_free char *text = fsio_read(state->dir, "state.json", err);
    struct json_object *field;

    if (!text)
        return -1;
    cleanup_json struct json_object *object = json_tokener_parse(text);
    if (!object || !json_object_object_get_ex(object, "pid", &field)) {
        err_set(err, ERR_SYS, "%s/state.json is damaged", state->dir);
        return err_hint(err,
            "it is written whole or not at all, so somebody changed it -> delete "
            "--force %s",
            state->id);
    }
    state->pid = json_object_get_int(field);
    if (json_object_object_get_ex(object, "startTime", &field))
        state->start_time = json_object_get_uint64(field);
    for (int i = 0; i < TEXTS_COUNT; i++) {
        if (json_object_object_get_ex(object, TEXTS[i].name, &field))
            snprintf((char *)state + TEXTS[i].offset, TEXTS[i].size, "%s",
                json_object_get_string(field));
    }
    if (json_object_object_get_ex(object, "cgroupPaths", &field))
        read_groups(field, state);
    return 0;
}
