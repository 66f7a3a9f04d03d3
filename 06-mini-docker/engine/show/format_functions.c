// SPDX-License-Identifier: MIT
/* The functions of templates: Go's own (text/template, "Functions") and Docker's, in one table. */
#include "format_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_util.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int format_refuse(struct format_call *call, const char *fmt, ...)
{
    char what[160];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return err_refuse(call->err, EINVAL, "error calling %s: %s", call->name, what);
}

int format_give(struct format_call *call, struct json_object *object, struct json_object **ret)
{
    *ret = format_keep(call->pool, object);
    return 0;
}

const char *format_text_of(struct format_call *call, int i)
{
    if (!call->args[i])
        return "";
    if (json_object_is_type(call->args[i], json_type_string))
        return json_object_get_string(call->args[i]);
    format_refuse(call, "expected a text, found %s", json_object_get_string(call->args[i]));
    return NULL;
}

int format_number_of(struct format_call *call, int i, int64_t *ret)
{
    if (format_number(call->args[i], ret))
        return 0;
    return format_refuse(call, "expected a whole number, found %s",
        call->args[i] ? json_object_get_string(call->args[i]) : "nil");
}

static int run_json(struct format_call *call, struct json_object **ret)
{
    return format_give(call,
        json_object_new_string(json_object_to_json_string_ext(
            call->args[0], JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)),
        ret);
}

static int run_len(struct format_call *call, struct json_object **ret)
{
    struct json_object *value = call->args[0];

    switch (json_object_get_type(value)) {
    case json_type_array:
        return format_give(
            call, json_object_new_int64((int64_t)json_object_array_length(value)), ret);
    case json_type_object:
        return format_give(call, json_object_new_int(json_object_object_length(value)), ret);
    case json_type_string:
        return format_give(call, json_object_new_int(json_object_get_string_len(value)), ret);
    case json_type_null: /* a list that is null in JSON is an empty one in Go */
        return format_give(call, json_object_new_int(0), ret);
    default:
        return format_refuse(
            call, "len of type %s", json_type_to_name(json_object_get_type(value)));
    }
}

static int index_once(struct format_call *call, int i, struct json_object **value)
{
    int64_t at;

    if (json_object_is_type(*value, json_type_object)) {
        const char *key = format_text_of(call, i);
        struct json_object *member;
        if (!key)
            return -1;
        /* a map of texts has "" where it has nothing */
        if (!json_object_object_get_ex(*value, key, &member))
            member = format_keep(call->pool, json_object_new_string(""));
        *value = member;
        return 0;
    }
    if (!json_object_is_type(*value, json_type_array) &&
        !json_object_is_type(*value, json_type_string))
        return format_refuse(call, *value ? "can't index item of type %s" : "index of untyped nil",
            json_type_to_name(json_object_get_type(*value)));
    if (format_number_of(call, i, &at) < 0)
        return -1;
    size_t length =
        json_object_is_type(*value, json_type_array) ? json_object_array_length(*value) : 0;
    if (at < 0 || (size_t)at >= length)
        return format_refuse(call, "index out of range: %lld", (long long)at);
    *value = json_object_array_get_idx(*value, (size_t)at);
    return 0;
}

static int run_index(struct format_call *call, struct json_object **ret)
{
    *ret = call->args[0];
    for (int i = 1; i < call->count; i++) {
        if (index_once(call, i, ret) < 0)
            return -1;
    }
    return 0;
}

/* slice TEXT-OR-LIST [FROM [TO]] */
static int run_slice(struct format_call *call, struct json_object **ret)
{
    struct json_object *value = call->args[0];
    bool list = json_object_is_type(value, json_type_array);
    const char *text = list ? NULL : format_text_of(call, 0);

    if (!list && !text)
        return -1;
    int64_t length = list ? (int64_t)json_object_array_length(value) : (int64_t)strlen(text);
    int64_t from = 0, to = length;
    if ((call->count > 1 && format_number_of(call, 1, &from) < 0) ||
        (call->count > 2 && format_number_of(call, 2, &to) < 0))
        return -1;
    if (from < 0 || to > length || from > to)
        return format_refuse(
            call, "index out of range: %lld", (long long)(to > length ? to : from));
    if (!list)
        return format_give(call, json_object_new_string_len(text + from, (int)(to - from)), ret);
    struct json_object *part = json_object_new_array();
    for (int64_t i = from; i < to; i++)
        json_object_array_add(part, json_object_get(json_object_array_get_idx(value, (size_t)i)));
    return format_give(call, part, ret);
}

static int run_not(struct format_call *call, struct json_object **ret)
{
    return format_give(call, json_object_new_boolean(!format_true(call->args[0])), ret);
}

/* Go's Sprint: a space between two operands when neither is a text; Sprintln: always. */
static int print_all(struct format_call *call, bool line, struct json_object **ret)
{
    cleanup_free char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return format_refuse(call, "no memory");
    for (int i = 0; i < call->count; i++) {
        bool texts = json_object_is_type(call->args[i], json_type_string) ||
                     (i > 0 && json_object_is_type(call->args[i - 1], json_type_string));
        fputs(i > 0 && (line || !texts) ? " " : "", out);
        format_print(out, call->args[i], "<nil>");
    }
    fputs(line ? "\n" : "", out);
    fclose(out);
    return format_give(call, json_object_new_string(text), ret);
}

static int run_print(struct format_call *call, struct json_object **ret)
{
    return print_all(call, false, ret);
}

static int run_println(struct format_call *call, struct json_object **ret)
{
    return print_all(call, true, ret);
}

static int run_printf(struct format_call *call, struct json_object **ret)
{
    cleanup_free char *text = format_text_of(call, 0) ? format_printf(call) : NULL;

    return text ? format_give(call, json_object_new_string(text), ret) : -1;
}

const struct format_function *format_function_find(const char *name, size_t length)
{
    enum { ANY = 32 };
    static const struct format_function table[] = {
        /* worked out by format_eval.c, which need not look at all arguments */
        {"and", 1, ANY, 0, NULL},
        {"or", 1, ANY, 0, NULL},
        {"not", 1, 1, 0, run_not},
        {"eq", 2, ANY, 0, format_compare},
        {"ne", 2, 2, 0, format_compare},
        {"lt", 2, 2, 0, format_compare},
        {"le", 2, 2, 0, format_compare},
        {"gt", 2, 2, 0, format_compare},
        {"ge", 2, 2, 0, format_compare},
        {"index", 1, ANY, 0, run_index},
        {"slice", 1, 3, 0, run_slice},
        {"len", 1, 1, 0, run_len},
        {"print", 0, ANY, 0, run_print},
        {"println", 0, ANY, 0, run_println},
        {"printf", 1, ANY, 0, run_printf},
        {"json", 1, 1, 1, run_json},
        {"split", 2, 2, 1, format_split},
        {"join", 2, 2, 1, format_join},
        {"title", 1, 1, 1, format_title},
        {"lower", 1, 1, 1, format_lower},
        {"upper", 1, 1, 1, format_upper},
        {"pad", 3, 3, 0, format_pad},
        {"truncate", 2, 2, 1, format_truncate},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0)
            return &table[i];
    }
    return NULL;
}
