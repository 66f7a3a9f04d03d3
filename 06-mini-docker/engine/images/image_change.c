// SPDX-License-Identifier: MIT
/*
 * A table of instructions; each takes the rest of its line and changes the configuration. What two
 * of them share is in the row: the key in the configuration that they change.
 */
#include "image_change.h"

#include "engine/show/human.h"

#include "cleanup.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct change {
    struct json_object *config;
    const char *name, *key; /* the instruction, and what it changes */
    const char *rest;       /* of the line, without spaces around */
    struct err *err;
};

static int wrong(const struct change *change, const char *accepted)
{
    err_set(change->err, ERR_USAGE, "--change: %s cannot be '%.200s'", change->name, change->rest);
    return err_hint(change->err, "accepted: %s %s", change->name, accepted);
}

/* The object or list of this key, made where there is none. */
static struct json_object *part(const struct change *change, enum json_type type)
{
    struct json_object *found;

    if (json_object_object_get_ex(change->config, change->key, &found) &&
        json_object_is_type(found, type))
        return found;
    found = type == json_type_array ? json_object_new_array() : json_object_new_object();
    json_object_object_add(change->config, change->key, found);
    return found;
}

/* A list of strings in JSON, or NULL where it is none. */
static struct json_object *list_of(const char *text)
{
    struct json_object *list = text[0] == '[' ? json_tokener_parse(text) : NULL;
    bool good = list && json_object_is_type(list, json_type_array);

    for (size_t i = 0; good && i < json_object_array_length(list); i++)
        good = json_object_is_type(json_object_array_get_idx(list, i), json_type_string);
    if (good)
        return list;
    json_object_put(list);
    return NULL;
}

/* ["sh", "-c", "…"], or the line for a shell. */
static struct json_object *command_of(const struct change *change, const char *text)
{
    struct json_object *list = list_of(text), *shell, *word;

    if (list)
        return list;
    list = json_object_new_array();
    if (json_object_object_get_ex(change->config, "Shell", &shell) && shell) {
        for (size_t i = 0; i < json_object_array_length(shell); i++) {
            word = json_object_array_get_idx(shell, i);
            json_object_array_add(list, json_object_get(word));
        }
    } else {
        json_object_array_add(list, json_object_new_string("/bin/sh"));
        json_object_array_add(list, json_object_new_string("-c"));
    }
    json_object_array_add(list, json_object_new_string(text));
    return list;
}

static int set_command(struct change *change)
{
    return json_object_object_add(change->config, change->key, command_of(change, change->rest));
}

static int set_shell(struct change *change)
{
    struct json_object *list = list_of(change->rest);

    if (!list)
        return wrong(change, "[\"/bin/bash\", \"-c\"]");
    return json_object_object_add(change->config, change->key, list);
}

static int set_text(struct change *change)
{
    return json_object_object_add(
        change->config, change->key, json_object_new_string(change->rest));
}

/* One that does not begin with a slash is below the one before. */
static int set_workdir(struct change *change)
{
    struct json_object *before;
    char path[4096];

    if (change->rest[0] == '/' || !json_object_object_get_ex(change->config, change->key, &before))
        return set_text(change);
    snprintf(path, sizeof(path), "%s/%s", json_object_get_string(before), change->rest);
    json_object_object_add(change->config, change->key, json_object_new_string(path));
    return 0;
}

/* The next word into `out`, which is as long as the line: quotes and backslashes are taken away.
 * False at the end. */
static bool next_word(const char **at, char *out)
{
    char quote = 0;

    *at += strspn(*at, " \t");
    if (!**at)
        return false;
    for (; **at && (quote || !strchr(" \t", **at)); (*at)++) {
        if (**at == '\\' && (*at)[1] && quote != '\'')
            *out++ = *++*at;
        else if (!quote && strchr("'\"", **at))
            quote = **at;
        else if (quote && **at == quote)
            quote = 0;
        else
            *out++ = **at;
    }
    *out = '\0';
    return true;
}

static int set_keys(struct change *change)
{
    struct json_object *keys = part(change, json_type_object), *list = list_of(change->rest);
    cleanup_free char *word = malloc(strlen(change->rest) + 8);
    const char *at = change->rest;
    bool port = strcmp(change->key, "ExposedPorts") == 0;

    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        json_object_object_add(keys, json_object_get_string(json_object_array_get_idx(list, i)),
            json_object_new_object());
    while (word && !list && next_word(&at, word)) {
        if (port && !isdigit((unsigned char)word[0]))
            return wrong(change, "PORT[/tcp|/udp] ...");
        if (port && !strchr(word, '/'))
            strcat(word, "/tcp");
        json_object_object_add(keys, word, json_object_new_object());
    }
    json_object_put(list);
    return 0;
}

/* The list of "KEY=VALUE"s without the one of this key, and then with it. */
static void set_variable(struct change *change, const char *pair)
{
    struct json_object *list = part(change, json_type_array), *item;
    size_t length = strcspn(pair, "=") + 1;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        item = json_object_array_get_idx(list, i);
        if (strncmp(json_object_get_string(item), pair, length) == 0) {
            json_object_array_put_idx(list, i, json_object_new_string(pair));
            return;
        }
    }
    json_object_array_add(list, json_object_new_string(pair));
}

/* ENV and LABEL: K=V K="V W", or the old form K V W. */
static int set_pairs(struct change *change)
{
    cleanup_free char *word = malloc(strlen(change->rest) + 2);
    const char *at = change->rest;
    bool label = strcmp(change->key, "Labels") == 0;
    char *equals;

    if (!word)
        return err_sys(change->err, "no memory for --change");
    for (bool first = true; next_word(&at, word); first = false) {
        equals = strchr(word, '=');
        if (!equals && (!first || !*(at += strspn(at, " \t"))))
            return wrong(change, "KEY=VALUE ...");
        if (!equals) {
            equals = word + strlen(word);
            sprintf(equals, "=%s", at);
            at += strlen(at);
        }
        if (label) {
            *equals = '\0';
            json_object_object_add(
                part(change, json_type_object), word, json_object_new_string(equals + 1));
        } else {
            set_variable(change, word);
        }
    }
    return 0;
}

static int add_text(struct change *change)
{
    return json_object_array_add(
        part(change, json_type_array), json_object_new_string(change->rest));
}

/* --interval=30s and the like, in front of CMD. */
static int set_duration(struct change *change, struct json_object *health, const char *word)
{
    static const char *const options[][2] = {
        {"--interval=", "Interval"}, {"--timeout=", "Timeout"}, {"--start-period=", "StartPeriod"}};
    int64_t nsec;

    if (strncmp(word, "--retries=", 10) == 0) {
        json_object_object_add(health, "Retries", json_object_new_int(atoi(word + 10)));
        return 0;
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        size_t length = strlen(options[i][0]);
        if (strncmp(word, options[i][0], length) != 0 ||
            human_parse_duration(word + length, &nsec) < 0)
            continue;
        json_object_object_add(health, options[i][1], json_object_new_int64(nsec));
        return 0;
    }
    return wrong(change, "NONE, or [--interval=30s] [--timeout=30s] [--start-period=0s] "
                         "[--retries=3] CMD ...");
}

static int set_health(struct change *change)
{
    struct json_object *health = json_object_new_object(), *test = json_object_new_array(), *list;
    cleanup_free char *word = malloc(strlen(change->rest) + 1);
    const char *at = change->rest;
    int result = 0;

    json_object_object_add(health, "Test", test);
    json_object_object_add(change->config, change->key, health);
    while (word && result == 0 && next_word(&at, word) && strncmp(word, "--", 2) == 0)
        result = set_duration(change, health, word);
    if (!word || result < 0)
        return -1;
    at += strspn(at, " \t");
    if (strcasecmp(word, "NONE") == 0 && !*at)
        return json_object_array_add(test, json_object_new_string("NONE"));
    if (strcasecmp(word, "CMD") != 0 || !*at)
        return wrong(change, "NONE, or [OPTIONS] CMD COMMAND");
    list = list_of(at);
    json_object_array_add(test, json_object_new_string(list ? "CMD" : "CMD-SHELL"));
    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        json_object_array_add(test, json_object_get(json_object_array_get_idx(list, i)));
    if (!list)
        json_object_array_add(test, json_object_new_string(at));
    json_object_put(list);
    return 0;
}

static const struct {
    const char *name, *key;
    int (*change)(struct change *change);
} INSTRUCTIONS[] = {
    {"CMD", "Cmd", set_command},
    {"ENTRYPOINT", "Entrypoint", set_command},
    {"ENV", "Env", set_pairs},
    {"EXPOSE", "ExposedPorts", set_keys},
    {"HEALTHCHECK", "Healthcheck", set_health},
    {"LABEL", "Labels", set_pairs},
    {"ONBUILD", "OnBuild", add_text},
    {"SHELL", "Shell", set_shell},
    {"STOPSIGNAL", "StopSignal", set_text},
    {"USER", "User", set_text},
    {"VOLUME", "Volumes", set_keys},
    {"WORKDIR", "WorkingDir", set_workdir},
};

int image_change_line(struct json_object *config, const char *line, struct err *err)
{
    const char *at = line + strspn(line, " \t");
    size_t length = strcspn(at, " \t=");
    struct change change = {.config = config, .err = err};
    cleanup_free char *rest = strdup(at + length + strspn(at + length, " \t"));

    if (!rest)
        return err_sys(err, "no memory for --change");
    for (size_t end = strlen(rest); end > 0 && isspace((unsigned char)rest[end - 1]);)
        rest[--end] = '\0';
    for (size_t i = 0; i < sizeof(INSTRUCTIONS) / sizeof(INSTRUCTIONS[0]); i++) {
        if (strlen(INSTRUCTIONS[i].name) != length ||
            strncasecmp(at, INSTRUCTIONS[i].name, length) != 0)
            continue;
        change.name = INSTRUCTIONS[i].name;
        change.key = INSTRUCTIONS[i].key;
        change.rest = rest;
        return rest[0] ? INSTRUCTIONS[i].change(&change) : wrong(&change, "and what it sets");
    }
    err_set(err, ERR_USAGE, "%.*s is not a valid change command", (int)length, at);
    return err_hint(err, "accepted: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD SHELL "
                         "STOPSIGNAL USER VOLUME WORKDIR");
}
