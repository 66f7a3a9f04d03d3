// SPDX-License-Identifier: MIT
/*
 * The fields that engines read. The annotations are the bundle's, kept with the container; a config
 * that cannot be read any more (a create was killed halfway) costs the annotations, not the answer.
 */
#include "state_json.h"

#include "commands.h"

#include "runtime/config.h"
#include "runtime/json_write.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <pwd.h>
#include <string.h>

/*
 * The name of the user whose number is state->owner, or the number. fgetpwent(3) reads the file
 * alone: a static program cannot ask the host's name services.
 */
static const char *owner_name(const struct state *state, char buf[64])
{
    cleanup_fclose FILE *passwd = fopen("/etc/passwd", "re");

    snprintf(buf, 64, "%s", state->owner);
    for (struct passwd *entry; passwd && (entry = fgetpwent(passwd));) {
        char number[16];
        snprintf(number, sizeof(number), "%u", entry->pw_uid);
        if (strcmp(number, state->owner) == 0) {
            snprintf(buf, 64, "%s", entry->pw_name);
            break;
        }
    }
    return buf;
}

static void add_annotations(struct json_object *object, const struct state *state)
{
    struct config config = {0};
    struct err ignored;

    if (config_read(state->dir, "config.json", state->bundle, &config, &ignored) == 0 &&
        config.spec.annotations_count > 0) {
        struct json_object *annotations = json_object_new_object();
        for (size_t i = 0; i < config.spec.annotations_count; i++)
            json_add_string(
                annotations, config.spec.annotations[i].key, config.spec.annotations[i].value);
        json_object_object_add(object, "annotations", annotations);
    }
    config_free(&config);
}

struct json_object *state_json(const struct state *state)
{
    struct json_object *object = json_object_new_object();
    enum state_status status = state_status(state);
    char owner[64];

    json_add_string(object, "ociVersion", OCI_VERSION);
    json_add_string(object, "id", state->id);
    json_object_object_add(
        object, "pid", json_object_new_int(status == STATE_STOPPED ? 0 : state->pid));
    json_add_string(object, "status", state_status_name(status));
    json_add_string(object, "bundle", state->bundle);
    json_add_string(object, "rootfs", state->rootfs);
    json_add_string(object, "created", state->created);
    add_annotations(object, state);
    json_add_string(object, "owner", owner_name(state, owner));
    return object;
}
