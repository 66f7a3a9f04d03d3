// SPDX-License-Identifier: MIT
/*
 * Which variables an instruction sees, and what they are. ENV is stronger than ARG; an ARG is the
 * --build-arg of its name, its own default, or what was said of it in front of the first FROM. Some
 * are there for each build: of proxies, which a RUN gets without asking and which are then no part
 * of its key, so that another network does not mean another image; and of the platform.
 */
#include "build_internal.h"

#include "engine/images/image_platform.h"

#include "cleanup.h"

#include <ctype.h>
#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *const PROXIES[] = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy",
    "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", NULL};

/* "KEY=VALUE" or, with our value, "KEY", of the list; the value, or NULL. */
static const char *given(const struct build *build, const char *name)
{
    const struct opt_list *list = &build->options->args;
    size_t length = strlen(name);

    for (size_t i = list->count; i-- > 0;) {
        const char *word = list->items[i];
        if (strncmp(word, name, length) != 0 || (word[length] && word[length] != '='))
            continue;
        build->consumed[i] = true;
        return word[length] ? word + length + 1 : getenv(name);
    }
    return NULL;
}

static const char *of_platform(const struct build *build, const char *name)
{
    static char platform[64];
    const char *machine = image_architecture();
    const struct {
        const char *part, *value;
    } parts[] = {{"PLATFORM", NULL}, {"OS", "linux"}, {"ARCH", machine}, {"VARIANT", ""}};

    (void)build;
    if (strncmp(name, "TARGET", 6) != 0 && strncmp(name, "BUILD", 5) != 0)
        return NULL;
    name += name[0] == 'T' ? 6 : 5;
    snprintf(platform, sizeof(platform), "linux/%s", machine);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(name, parts[i].part) == 0)
            return parts[i].value ?: platform;
    }
    return NULL;
}

void build_warn_of_args(struct build *build)
{
    const struct opt_list *list = &build->options->args;

    for (size_t i = 0; i < list->count; i++) {
        cleanup_free char *name = strndup(list->items[i], strcspn(list->items[i], "="));
        const char *const *proxy = PROXIES;
        while (name && *proxy && strcmp(*proxy, name) != 0)
            proxy++;
        if (name && !build->consumed[i] && !*proxy)
            build_progress_say(
                &build->progress, "[Warning] One or more build-args [%s] were not consumed", name);
    }
}

/* The value in a map; *ret_there: the key is. */
static const char *in_map(struct json_object *map, const char *name, bool *ret_there)
{
    struct json_object *value = NULL;

    *ret_there = map && json_object_object_get_ex(map, name, &value);
    return value ? json_object_get_string(value) : NULL;
}

static const char *in_env(struct json_object *config, const char *name)
{
    struct json_object *list;
    size_t length = strlen(name);

    if (!json_object_object_get_ex(config, "Env", &list) || !list)
        return NULL;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const char *pair = json_object_get_string(json_object_array_get_idx(list, i));
        if (pair && strncmp(pair, name, length) == 0 && pair[length] == '=')
            return pair + length + 1;
    }
    return NULL;
}

static const char *value(const char *name, void *arg)
{
    const struct build_at *at = arg;
    const char *found;
    bool there;

    if (!at->stage) {
        found = in_map(at->build->args, name, &there);
        return there ? found : of_platform(at->build, name);
    }
    found = in_env(at->stage->draft.config, name);
    return found ?: in_map(at->stage->args, name, &there);
}

struct dockerfile_scope build_scope(const struct build_at *at)
{
    return (struct dockerfile_scope){.value = value, .arg = (void *)at, .escape = at->file->escape};
}

/* NAME or NAME=default */
static int declare(const struct build_at *at, const char *word, struct err *err)
{
    struct dockerfile_scope scope = build_scope(at);
    struct json_object *map = at->stage ? at->stage->args : at->build->args;
    cleanup_free char *name = strndup(word, strcspn(word, "="));
    cleanup_free char *standard = NULL;
    const char *equals = strchr(word, '='), *found;
    bool there;

    if (!name)
        return err_sys(err, "no memory for ARG");
    if (equals && !(standard = dockerfile_expand(equals + 1, &scope, err)))
        return -1;
    found = given(at->build, name) ?: standard;
    if (!found && at->stage) {
        found = in_map(at->build->args, name, &there);
        found = found ?: of_platform(at->build, name);
        if (!found && in_map(map, name, &there))
            return 0; /* it has a value, of an ARG before, or of the stage that this one is FROM */
    }
    json_object_object_add(map, name, found ? json_object_new_string(found) : NULL);
    return 0;
}

int build_arg(const struct build_at *at, struct err *err)
{
    for (char **word = at->instruction->words; *word; word++) {
        if (declare(at, *word, err) < 0)
            return -1;
    }
    return 0;
}

static int add_variable(struct opt_list *list, const char *key, const char *text, struct err *err)
{
    char *pair;
    const char **larger = reallocarray(list->items, list->count + 2, sizeof(*list->items));

    if (!larger || asprintf(&pair, "%s=%s", key, text) < 0)
        return err_sys(err, "no memory for the variables");
    list->items = larger;
    list->items[list->count++] = pair;
    list->items[list->count] = NULL;
    return 0;
}

int build_run_args(const struct build_at *at, bool proxies, struct opt_list *ret, struct err *err)
{
    int result = 0;

    *ret = (struct opt_list){0};
    json_object_object_foreach(at->stage->args, key, text)
    {
        if (result == 0 && text && !in_env(at->stage->draft.config, key))
            result = add_variable(ret, key, json_object_get_string(text), err);
    }
    for (const char *const *name = PROXIES; proxies && *name && result == 0; name++) {
        if (given(at->build, *name))
            result = add_variable(ret, *name, given(at->build, *name), err);
    }
    return result;
}

void build_args_free(struct opt_list *args)
{
    for (size_t i = 0; i < args->count; i++)
        free((char *)args->items[i]);
    free(args->items);
    *args = (struct opt_list){0};
}
