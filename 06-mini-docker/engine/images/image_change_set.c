// SPDX-License-Identifier: MIT
/*
 * What each instruction sets in a configuration: a function for those that are alike.
 *
 * What must hold: the words come from dockerfile_parse, so that there are as many as the
 * instruction needs, and a pair has its "=".
 */
#include "image_change_internal.h"

#include "engine/files/mount_words.h"
#include "engine/show/human.h"

#include "signals.h"
#include "size.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <stddef.h>
#include <string.h>

static int wrong(const struct image_change *change, const char *what, const char *word)
{
    return err_refuse(change->err, EINVAL, "%s: %.200s", what, word);
}

static int put_change(const struct image_change *change, struct json_object *value)
{
    return json_object_object_add(change->changing->config, change->key, value);
}

/* The object or list of this key, made where there is none. */
static struct json_object *part(const struct image_change *change, enum json_type type)
{
    struct json_object *found;

    if (json_object_object_get_ex(change->changing->config, change->key, &found) &&
        json_object_is_type(found, type))
        return found;
    found = type == json_type_array ? json_object_new_array() : json_object_new_object();
    put_change(change, found);
    return found;
}

static struct json_object *list_of(char *const *words)
{
    struct json_object *list = json_object_new_array();

    for (; *words; words++)
        json_object_array_add(list, json_object_new_string(*words));
    return list;
}

/* Words that are a program's, or one for a shell: that of SHELL. */
static struct json_object *command_of(const struct image_change *change)
{
    struct json_object *shell = NULL, *list = NULL;
    static const char *const usual[] = {"/bin/sh", "-c", NULL};

    if (change->instruction->json)
        return list_of(change->words);
    if (!change->words[0])
        return NULL;
    json_object_object_get_ex(change->changing->config, "Shell", &shell);
    if (json_object_is_type(shell, json_type_array))
        json_object_deep_copy(shell, &list, NULL);
    else
        list = list_of((char *const *)usual);
    json_object_array_add(list, json_object_new_string(change->words[0]));
    return list;
}

static int set_cmd(struct image_change *change)
{
    change->changing->command_set = true;
    return put_change(change, command_of(change));
}

static int set_entrypoint(struct image_change *change)
{
    if (!change->changing->command_set)
        json_object_object_del(change->changing->config, "Cmd");
    return put_change(change, command_of(change));
}

static int set_shell(struct image_change *change)
{
    return put_change(change, list_of(change->words));
}

static int set_text(struct image_change *change)
{
    return put_change(change, json_object_new_string(change->words[0]));
}

static int set_signal(struct image_change *change)
{
    int number;

    return signals_sent(change->words[0], &number, change->err) < 0 ? -1 : set_text(change);
}

/* One that does not begin with a slash is below the one before. */
static int set_workdir(struct image_change *change)
{
    struct json_object *before = NULL;
    char path[2 * PATH_MAX], clean[PATH_MAX];

    json_object_object_get_ex(change->changing->config, change->key, &before);
    int length = snprintf(path, sizeof(path), "%s/%s",
        before && change->words[0][0] != '/' ? json_object_get_string(before) : "",
        change->words[0]);
    if (length >= (int)sizeof(path) || !mount_words_clean(path, clean))
        return wrong(change, "the path is too long", change->words[0]);
    return put_change(change, json_object_new_string(clean));
}

static int add_volumes(struct image_change *change)
{
    struct json_object *volumes = part(change, json_type_object);

    for (char **word = change->words; *word; word++) {
        if (!**word)
            return err_refuse(change->err, EINVAL, "VOLUME specified can not be an empty string");
        json_object_object_add(volumes, *word, json_object_new_object());
    }
    return 0;
}

/* "80", "80/udp", "8000-8010": one key each. */
static int add_port(const struct image_change *change, const char *word)
{
    static const char *const protocols[] = {"tcp", "udp", "sctp"};
    struct json_object *ports = part(change, json_type_object);
    const char *slash = strchr(word, '/'), *protocol = slash ? slash + 1 : "tcp";
    unsigned first = 0, last = 0, which = 0;
    int end = 0;
    char name[32];

    if (sscanf(word, "%5u%n-%5u%n", &first, &end, &last, &end) == 1)
        last = first;
    while (which < 3 && strcasecmp(protocols[which], protocol) != 0)
        which++;
    if (which == 3 || end == 0 || word + end != (slash ? slash : word + strlen(word)) ||
        first < 1 || last < first || last > 65535) {
        wrong(change, "invalid containerPort", word);
        return err_hint(change->err, "accepted: EXPOSE PORT[-PORT][/tcp|/udp|/sctp] ...");
    }
    for (; first <= last; first++) {
        snprintf(name, sizeof(name), "%u/%s", first, protocols[which]);
        json_object_object_add(ports, name, json_object_new_object());
    }
    return 0;
}

/* A variable may stand for several. */
static int add_ports(struct image_change *change)
{
    for (char **word = change->words; *word; word++) {
        char *rest = NULL;
        for (char *port = strtok_r(*word, " \t", &rest); port;
             port = strtok_r(NULL, " \t", &rest)) {
            if (add_port(change, port) < 0)
                return -1;
        }
    }
    return 0;
}

/* The list of "KEY=VALUE"s without the one of this key, and then with it. */
static int set_variables(struct image_change *change)
{
    struct json_object *list = part(change, json_type_array);

    for (char **pair = change->words; *pair; pair++) {
        size_t length = strcspn(*pair, "=") + 1, i = 0;
        while (
            i < json_object_array_length(list) &&
            strncmp(json_object_get_string(json_object_array_get_idx(list, i)), *pair, length) != 0)
            i++;
        json_object_array_put_idx(list, i, json_object_new_string(*pair));
    }
    return 0;
}

static int set_labels(struct image_change *change)
{
    struct json_object *labels = part(change, json_type_object);

    for (char **pair = change->words; *pair; pair++) {
        char *equals = strchr(*pair, '=');
        *equals = '\0';
        json_object_object_add(labels, *pair, json_object_new_string(equals + 1));
    }
    return 0;
}

static int add_trigger(struct image_change *change)
{
    return json_object_array_add(
        part(change, json_type_array), json_object_new_string(change->words[0]));
}

/* --interval=30s and the like. 0 and "" are the default, as BuildKit has it, and are not kept. */
static int set_times(struct image_change *change, struct json_object *health)
{
    static const char *const times[][2] = {{"interval", "Interval"}, {"timeout", "Timeout"},
        {"start-period", "StartPeriod"}, {"start-interval", "StartInterval"}};
    const char *retries = dockerfile_flag(change->instruction, "retries"), *text;
    uint64_t number;
    int64_t nsec;

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        text = dockerfile_flag(change->instruction, times[i][0]);
        if (!text || !*text)
            continue;
        if (human_parse_duration(text, &nsec) < 0 || (nsec != 0 && nsec < 1000000)) {
            err_refuse(
                change->err, EINVAL, "HEALTHCHECK: --%s cannot be '%.80s'", times[i][0], text);
            return err_hint(
                change->err, "accepted: 0 for the default, or 1ms and more: 500ms, 30s, 1m30s");
        }
        if (nsec != 0)
            json_object_object_add(health, times[i][1], json_object_new_int64(nsec));
    }
    if (!retries || !*retries)
        return 0;
    if (size_parse_u64("--retries", retries, 0, INT32_MAX, &number, change->err) < 0)
        return -1;
    return number == 0
               ? 0
               : json_object_object_add(health, "Retries", json_object_new_int((int32_t)number));
}

static int set_health(struct image_change *change)
{
    struct json_object *health = json_object_new_object(), *test = list_of(change->words);

    put_change(change, health);
    json_object_object_add(health, "Test", test);
    if (strcmp(change->words[0], "NONE") == 0)
        return 0;
    if (!change->instruction->json)
        json_object_array_put_idx(test, 0, json_object_new_string("CMD-SHELL"));
    return set_times(change, health);
}

const struct image_change_row image_change_rows[] = {
    [DOCKERFILE_CMD] = {"Cmd", set_cmd},
    [DOCKERFILE_ENTRYPOINT] = {"Entrypoint", set_entrypoint},
    [DOCKERFILE_ENV] = {"Env", set_variables, true},
    [DOCKERFILE_EXPOSE] = {"ExposedPorts", add_ports, true},
    [DOCKERFILE_HEALTHCHECK] = {"Healthcheck", set_health},
    [DOCKERFILE_LABEL] = {"Labels", set_labels, true},
    [DOCKERFILE_ONBUILD] = {"OnBuild", add_trigger},
    [DOCKERFILE_SHELL] = {"Shell", set_shell},
    [DOCKERFILE_STOPSIGNAL] = {"StopSignal", set_signal, true},
    [DOCKERFILE_USER] = {"User", set_text, true},
    [DOCKERFILE_VOLUME] = {"Volumes", add_volumes, true},
    [DOCKERFILE_WORKDIR] = {"WorkingDir", set_workdir, true},
};
const size_t image_change_rows_count = sizeof(image_change_rows) / sizeof(image_change_rows[0]);
