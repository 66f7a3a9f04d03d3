// SPDX-License-Identifier: MIT
/*
 * Filters are few, so they are looked through for each question. Times of a thousand containers
 * stay small because a question about a key that was not given costs one walk of an empty list.
 */
#include "filter.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

static bool known(const char *key, const char *const words[])
{
    for (; *words; words++) {
        if (strcmp(key, *words) == 0)
            return true;
    }
    return false;
}

/* "a, b and c" of a list that ends with NULL */
static void join_words(const char *const words[], char *ret, size_t size)
{
    size_t used = 0;

    for (ret[0] = '\0'; *words && used < size; words++)
        used += (size_t)snprintf(ret + used, size - used, "%s%s",
            !used      ? ""
            : words[1] ? ", "
                       : " and ",
            *words);
}

static int read_filter(
    const char *word, const char *const keys[], struct filter *ret, struct err *err)
{
    const char *equals = strchr(word, '=');
    char list[300];

    if (!equals) {
        err_set(err, ERR_USAGE,
            "invalid argument \"%s\" for \"-f, --filter\" flag: bad format of filter (expected "
            "name=value)",
            word);
        join_words(keys, list, sizeof(list));
        return err_hint(err, "the names are %s -> --filter %s=...", list, keys[0]);
    }
    snprintf(ret->key, sizeof(ret->key), "%.*s", (int)(equals - word), word);
    for (char *c = ret->key; *c; c++) /* Docker takes "Label = x", too */
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    ret->value = equals + 1;
    if (known(ret->key, keys))
        return 0;
    join_words(keys, list, sizeof(list));
    err_refuse(err, EINVAL, "invalid filter '%.*s'", (int)(equals - word), word);
    return err_hint(err, "the filters are %s", list);
}

int filters_read(
    const struct opt_list *words, const char *const keys[], struct filters *ret, struct err *err)
{
    *ret = (struct filters){.items = calloc(words->count + 1, sizeof(*ret->items))};
    if (!ret->items)
        return err_sys(err, "no memory for filters");
    for (size_t i = 0; i < words->count; i++) {
        if (read_filter(words->items[i], keys, &ret->items[ret->count], err) < 0)
            return -1;
        ret->count++;
    }
    return 0;
}

void filters_free(struct filters *filters)
{
    free(filters->items);
    *filters = (struct filters){0};
}

bool filters_given(const struct filters *filters, const char *key)
{
    for (size_t i = 0; i < filters->count; i++) {
        if (strcmp(filters->items[i].key, key) == 0)
            return true;
    }
    return false;
}

static bool any(const struct filters *filters, const char *key, const char *text,
    bool (*fits)(const char *value, const char *text))
{
    bool given = false;

    for (size_t i = 0; i < filters->count; i++) {
        if (strcmp(filters->items[i].key, key) != 0)
            continue;
        given = true;
        if (fits(filters->items[i].value, text))
            return true;
    }
    return !given;
}

static bool equal(const char *value, const char *text)
{
    return strcmp(value, text) == 0;
}

static bool matches(const char *value, const char *text)
{
    regex_t regex;

    if (strstr(text, value))
        return true;
    if (regcomp(&regex, value, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

bool filters_equal(const struct filters *filters, const char *key, const char *text)
{
    return any(filters, key, text, equal);
}

bool filters_match(const struct filters *filters, const char *key, const char *text)
{
    return any(filters, key, text, matches);
}

static bool has_label(const struct json_object *labels, const char *wanted)
{
    char key[256];
    size_t length = strcspn(wanted, "=");
    struct json_object *value;

    snprintf(key, sizeof(key), "%.*s", (int)length, wanted);
    if (!labels || !json_object_object_get_ex(labels, key, &value))
        return false;
    return !wanted[length] || strcmp(json_object_get_string(value), wanted + length + 1) == 0;
}

bool filters_labels(
    const struct filters *filters, const char *key, const struct json_object *labels)
{
    for (size_t i = 0; i < filters->count; i++) {
        if (strcmp(filters->items[i].key, key) == 0 && !has_label(labels, filters->items[i].value))
            return false;
    }
    return true;
}

int filters_bool(
    const struct filters *filters, const char *key, bool otherwise, bool *ret, struct err *err)
{
    static const char *const yes[] = {"1", "true", "True", "TRUE", "t", NULL};
    static const char *const no[] = {"0", "false", "False", "FALSE", "f", NULL};

    *ret = otherwise;
    for (size_t i = 0; i < filters->count; i++) {
        const char *value = filters->items[i].value;
        if (strcmp(filters->items[i].key, key) != 0)
            continue;
        *ret = known(value, yes);
        if (!*ret && !known(value, no)) {
            err_refuse(err, EINVAL, "invalid filter '%s=%s'", key, value);
            return err_hint(err, "it is true or false");
        }
    }
    return 0;
}

int filters_check(
    const struct filters *filters, const char *key, const char *const words[], struct err *err)
{
    char list[300];

    for (size_t i = 0; i < filters->count; i++) {
        const struct filter *filter = &filters->items[i];
        if (strcmp(filter->key, key) != 0 || known(filter->value, words))
            continue;
        join_words(words, list, sizeof(list));
        err_refuse(err, EINVAL, "invalid filter '%s=%s'", key, filter->value);
        return err_hint(err, "the values are %s", list);
    }
    return 0;
}
