// SPDX-License-Identifier: MIT
/*
 * A container's state as others are told it: hooks on their standard input, and who answers for
 * system calls that the filter reports (SCMP_ACT_NOTIFY) on a socket. The words are those of the
 * OCI's runtime.md, "State", and config-linux.md, "The Container Process State".
 */
#include "hooks.h"

#include <json-c/json_object.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLAIN = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE };

struct json_object *hooks_state_json(const struct hooks_state *state)
{
    struct json_object *json = json_object_new_object();
    struct json_object *annotations = json_object_new_object();

    if (!json || !annotations) {
        json_object_put(json);
        json_object_put(annotations);
        return NULL;
    }
    for (size_t i = 0; state->spec && i < state->spec->annotations_count; i++) {
        const struct spec_pair *pair = &state->spec->annotations[i];
        json_object_object_add(annotations, pair->key, json_object_new_string(pair->value));
    }
    json_object_object_add(json, "ociVersion", json_object_new_string(HOOKS_OCI_VERSION));
    json_object_object_add(json, "id", json_object_new_string(state->id));
    json_object_object_add(json, "status", json_object_new_string(state->status));
    if (state->pid)
        json_object_object_add(json, "pid", json_object_new_int(state->pid));
    json_object_object_add(json, "bundle", json_object_new_string(state->bundle));
    json_object_object_add(json, "annotations", annotations);
    return json;
}

/* The procfs shows each process under the number that it has where the procfs was mounted. */
static pid_t own_pid(int proc_fd)
{
    char text[24] = "";

    return readlinkat(proc_fd, "self", text, sizeof(text) - 1) > 0 ? (pid_t)atoi(text) : 0;
}

char *hooks_process_state(const struct hooks_state *state, int proc_fd, const char *metadata)
{
    struct json_object *json = json_object_new_object();
    struct json_object *fds = json_object_new_array();
    char *text = NULL;

    json_object_array_add(fds, json_object_new_string("seccompFd"));
    json_object_object_add(json, "ociVersion", json_object_new_string(HOOKS_OCI_VERSION));
    json_object_object_add(json, "fds", fds);
    json_object_object_add(json, "pid", json_object_new_int(own_pid(proc_fd)));
    if (metadata)
        json_object_object_add(json, "metadata", json_object_new_string(metadata));
    json_object_object_add(json, "state", hooks_state_json(state));
    const char *written = json_object_to_json_string_ext(json, PLAIN);
    if (written)
        text = strdup(written);
    json_object_put(json);
    return text;
}
