// SPDX-License-Identifier: MIT
/* What a value of a template is: true or not, how it is printed, which number it is. */
#include "format_internal.h"

#include "cleanup.h"

#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool format_true(const struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        return false;
    case json_type_boolean:
        return json_object_get_boolean(value);
    case json_type_int:
        return json_object_get_int64(value) != 0;
    case json_type_double:
        return json_object_get_double(value) != 0;
    case json_type_string:
        return json_object_get_string_len(value) > 0;
    case json_type_array:
        return json_object_array_length(value) > 0;
    default:
        return json_object_object_length(value) > 0;
    }
}

bool format_number(const struct json_object *value, int64_t *ret)
{
    if (!json_object_is_type(value, json_type_int))
        return false;
    *ret = json_object_get_int64(value);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **format_keys(struct json_object *object, size_t *ret_count)
{
    const char **keys = calloc((size_t)json_object_object_length(object) + 1, sizeof(*keys));

    *ret_count = 0;
    if (!keys)
        return NULL;
    json_object_object_foreach(object, key, value)
    {
        (void)value;
        keys[(*ret_count)++] = key;
    }
    qsort(keys, *ret_count, sizeof(*keys), by_text);
    return keys;
}

void format_print_pairs(
    FILE *out, struct json_object *object, const char *equals, const char *between)
{
    size_t count;
    cleanup_free const char **keys = format_keys(object, &count);

    for (size_t i = 0; keys && i < count; i++) {
        fprintf(out, "%s%s%s", i ? between : "", keys[i], equals);
        format_print(out, json_object_object_get(object, keys[i]), "<nil>");
    }
}

void format_print(FILE *out, struct json_object *value, const char *nil)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        fputs(nil, out);
        break;
    case json_type_array:
        fputc('[', out);
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            if (i > 0)
                fputc(' ', out);
            format_print(out, json_object_array_get_idx(value, i), "<nil>");
        }
        fputc(']', out);
        break;
    case json_type_object:
        fputs("map[", out);
        format_print_pairs(out, value, ":", " ");
        fputc(']', out);
        break;
    default:
        fputs(json_object_get_string(value), out);
    }
}

struct json_object *format_keep(struct json_object *pool, struct json_object *object)
{
    if (object)
        json_object_array_add(pool, object);
    return object;
}
