// SPDX-License-Identifier: MIT
/* The array of `inspect`, one object after another as they are found: json-c's own pretty printing
 * has two spaces a level, and scripts that cut lines expect four. */
#include "show.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <string.h>

static void new_line(FILE *out, int level)
{
    fprintf(out, "\n%*s", 4 * level, "");
}

static void show_json(FILE *out, struct json_object *value, int level);

static void show_object(FILE *out, struct json_object *value, int level)
{
    size_t count = 0;

    fputc('{', out);
    json_object_object_foreach(value, key, member)
    {
        struct json_object *name = json_object_new_string(key);
        fputs(count++ ? "," : "", out);
        new_line(out, level + 1);
        show_json(out, name, 0);
        json_object_put(name);
        fputs(": ", out);
        show_json(out, member, level + 1);
    }
    if (count)
        new_line(out, level);
    fputc('}', out);
}

/* With four spaces a level, as Go's json.Indent writes it, without a new line at the end. */
static void show_json(FILE *out, struct json_object *value, int level)
{
    if (json_object_is_type(value, json_type_object)) {
        show_object(out, value, level);
        return;
    }
    if (!json_object_is_type(value, json_type_array)) {
        fputs(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE), out);
        return;
    }
    size_t count = json_object_array_length(value);
    fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? "," : "", out);
        new_line(out, level + 1);
        show_json(out, json_object_array_get_idx(value, i), level + 1);
    }
    if (count)
        new_line(out, level);
    fputc(']', out);
}

int show_begin(struct show *ret, const char *format, struct err *err)
{
    *ret = (struct show){.line = format && strcmp(format, "json") == 0};
    if (!format || ret->line || format_parse(format, &ret->format, err) == 0)
        return 0;
    err->code = EBADMSG;
    return -1;
}

int show_one(struct show *show, struct json_object *object, struct err *err)
{
    int result = 0;

    if (show->format) {
        result = format_run(show->format, &(struct format_data){.dot = object}, stdout, err);
        putchar('\n');
    } else if (show->line) {
        printf("%c%s", show->count ? ',' : '[',
            json_object_to_json_string_ext(
                object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    } else {
        fputs(show->count ? "," : "[", stdout);
        new_line(stdout, 1);
        show_json(stdout, object, 1);
    }
    show->count++;
    return result;
}

void show_end(struct show *show)
{
    if (!show->format)
        puts(!show->count ? "[]" : show->line ? "]" : "\n]");
    format_free(show->format);
    *show = (struct show){0};
}
