// SPDX-License-Identifier: MIT
/* A small ordered map in the form that execve(2) wants: an array of "KEY=VALUE". */
#include "env.h"

#include "env_file.h"

#include <stdlib.h>
#include <string.h>

/* The place of the key's entry, or where a new one goes. */
static size_t find(const struct env *env, const char *key, size_t length)
{
    size_t i = 0;

    while (i < env->count &&
           (strncmp(env->items[i], key, length) != 0 || env->items[i][length] != '='))
        i++;
    return i;
}

static int put(struct env *env, const char *key, size_t length, const char *value, struct err *err)
{
    size_t at = find(env, key, length);
    char *item = NULL;

    if (at == env->count) {
        char **larger = realloc(env->items, (env->count + 2) * sizeof(*larger));
        if (!larger)
            return err_sys(err, "no memory for the environment");
        env->items = larger;
        env->items[at] = env->items[at + 1] = NULL;
    }
    if (asprintf(&item, "%.*s=%s", (int)length, key, value) < 0)
        return err_sys(err, "no memory for the environment");
    env->count += at == env->count;
    free(env->items[at]);
    env->items[at] = item;
    return 0;
}

int env_set(struct env *env, const char *key, const char *value, struct err *err)
{
    return put(env, key, strlen(key), value, err);
}

int env_add(struct env *env, const char *word, struct err *err)
{
    size_t length = strcspn(word, "=");

    return word[length] ? put(env, word, length, word + length + 1, err) : 0;
}

bool env_has(const struct env *env, const char *key)
{
    return find(env, key, strlen(key)) < env->count;
}

int env_add_options(struct env *env, const struct opt_list *words, struct err *err)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        size_t length = strcspn(word, "=");
        const char *value = word[length] ? word + length + 1 : getenv(word);
        if (length == 0) {
            err_set(err, ERR_USAGE, "invalid environment variable: '%s'", word);
            return err_hint(err, "write KEY=VALUE, or KEY to pass our own value on");
        }
        if (value && put(env, word, length, value, err) < 0)
            return -1;
    }
    return 0;
}

/* In a file, KEY alone is ours or nothing, as with -e. */
static int add_line(void *arg, const char *line, struct err *err)
{
    const struct opt_list word = {.items = &line, .count = 1};

    return env_add_options(arg, &word, err);
}

int env_add_files(struct env *env, const struct opt_list *files, struct err *err)
{
    for (size_t i = 0; i < files->count; i++) {
        if (env_file_each(files->items[i], add_line, env, err) < 0)
            return -1;
    }
    return 0;
}

void env_free(struct env *env)
{
    for (size_t i = 0; i < env->count; i++)
        free(env->items[i]);
    free(env->items);
    *env = (struct env){0};
}
