// SPDX-License-Identifier: MIT
/*
 * Where a mistake is, and what it is, in words. The text comes from strangers, and is often shown
 * in a terminal: what could move its cursor or change its colours is taken out.
 */
#include "json.h"

#include <json-c/json_object.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void json_enter(struct json_reader *reader, const char *name, size_t index)
{
    if (reader->depth < JSON_PATH)
        reader->path[reader->depth] = (struct json_step){name, index};
    reader->depth++;
}

void json_leave(struct json_reader *reader)
{
    reader->depth--;
}

/* "process.args[2]". A key with a dot in it is put in quotes: annotations["io.podman"]. */
static void write_path(const struct json_reader *reader, char *ret, size_t room)
{
    size_t used = 0;

    ret[0] = '\0';
    for (int i = 0; i < reader->depth && i < JSON_PATH && used < room; i++) {
        const struct json_step *step = &reader->path[i];
        const char *form = strpbrk(step->name ?: "", "./ \"") ? "[\"%.100s\"]"
                           : i > 0 ? ".%.100s"
                                   : "%.100s";
        int wrote = step->name ? snprintf(ret + used, room - used, form, step->name)
                               : snprintf(ret + used, room - used, "[%zu]", step->index);
        used += (size_t)wrote;
    }
}

int json_fail(struct json_reader *reader, const char *name, const char *fmt, ...)
{
    char path[256], text[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (name)
        json_enter(reader, name, 0);
    write_path(reader, path, sizeof(path));
    if (name)
        json_leave(reader);
    return err_set(
        reader->err, ERR_USAGE, "%s: %s%s%s", reader->file, path, path[0] ? ": " : "", text);
}

static const char *type_name(enum json_type type)
{
    static const char *const names[] = {
        [json_type_null] = "null",
        [json_type_boolean] = "true or false",
        [json_type_double] = "a number with a fraction",
        [json_type_int] = "a number",
        [json_type_object] = "an object",
        [json_type_array] = "a list",
        [json_type_string] = "a string",
    };
    return names[type];
}

int json_expect(struct json_reader *reader, struct json_object *value, enum json_type type)
{
    enum json_type found = json_object_get_type(value);

    if (found == type)
        return 0;
    json_fail(reader, NULL, "expected %s, found %s",
        type == json_type_int ? "a whole number" : type_name(type), type_name(found));
    if (found == json_type_string && (type == json_type_int || type == json_type_boolean))
        return err_hint(reader->err, "it stands in quotes -> write it without them");
    if (type == json_type_string && (found == json_type_int || found == json_type_boolean))
        return err_hint(reader->err, "it stands without quotes -> write \"%s\"",
            json_object_to_json_string(value));
    if (type == json_type_array && found == json_type_string)
        return err_hint(reader->err, "one string is not a list -> put it in [ ]");
    return -1;
}
