// SPDX-License-Identifier: MIT
/*
 * The reader's twin: one function a kind of field, found by the kind's number. Each makes the JSON
 * value of what the struct holds; whether it is written at all is decided before, in one place
 * (is_empty), from the bytes of the field alone.
 *
 * What must hold: for every struct that json_read can make, json_read of what is written here makes
 * an equal one. That is why lists tell NULL from none, and why a field whose struct does not begin
 * as zeros (json_table.initial) is written though it be zero.
 */
#include "json_write.h"

#include <json-c/json_object.h>
#include <string.h>

/* Each: -1 for no memory; *ret, which is NULL before, is the caller's to put in any case. */
static int write_table(enum json_write_style style, const struct json_table *table,
    const char *from, struct json_object **ret);
static int write_item(enum json_write_style style, const struct json_table *table, const char *item,
    struct json_object **ret);

static int done(struct json_object *value, struct json_object **ret)
{
    *ret = value;
    return value ? 0 : -1;
}

/* An integer of `size` bytes; a negative one is extended where the field may be negative. */
static uint64_t load(const struct json_field *field, const char *from)
{
    uint64_t number = 0;

    memcpy(&number, from, field->size); /* little and big end first alike, by what follows */
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        number >>= 8 * (sizeof(number) - field->size);
    unsigned unused = 8 * (unsigned)(sizeof(number) - field->size);
    if (field->least < 0)
        number = (uint64_t)((int64_t)(number << unused) >> unused);
    return number;
}

static const void *pointer_at(const char *from)
{
    const void *pointer;

    memcpy(&pointer, from, sizeof(pointer));
    return pointer;
}

static int write_bool(enum json_write_style style, const struct json_field *field, const char *base,
    struct json_object **ret)
{
    (void)style;
    return done(json_object_new_boolean(load(field, base + field->offset) != 0), ret);
}

static int write_number(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    uint64_t number = load(field, base + field->offset);

    (void)style;
    return done(
        field->least < 0 ? json_object_new_int64((int64_t)number) : json_object_new_uint64(number),
        ret);
}

/* A number without a word, which the reader never makes, is written as none. */
static int write_word(enum json_write_style style, const struct json_field *field, const char *base,
    struct json_object **ret)
{
    uint64_t number = load(field, base + field->offset);
    const struct json_word *word = field->words;

    (void)style;
    while (word->word && word->value != number)
        word++;
    return done(json_object_new_string(word->word ?: ""), ret);
}

static int write_string(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    const char *text = pointer_at(base + field->offset);

    (void)style;
    if (!text && field->kind == JSON_TEXT)
        return 0;
    return done(json_write_string(text ?: ""), ret);
}

static int write_chars(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    (void)style;
    return done(json_write_string(base + field->offset), ret);
}

static int write_strings(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    const char *const *texts = pointer_at(base + field->offset);

    (void)style;
    if (!texts)
        return 0;
    *ret = json_object_new_array();
    for (; *ret && *texts; texts++) {
        struct json_object *text = json_write_string(*texts);
        if (!text || json_object_array_add(*ret, text) < 0) {
            json_object_put(text);
            return -1;
        }
    }
    return *ret ? 0 : -1;
}

static int write_object(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    return write_table(style, field->table, base + field->offset, ret);
}

static int write_pointer(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    const char *item = pointer_at(base + field->offset);

    return item ? write_table(style, field->table, item, ret) : 0;
}

/* Of a list, or of a map, whose items begin with their keys. */
static int write_items(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    const char *item = pointer_at(base + field->offset);
    bool map = field->kind == JSON_MAP;
    size_t count;

    if (!item)
        return 0;
    memcpy(&count, base + field->extra, sizeof(count));
    *ret = map ? json_object_new_object() : json_object_new_array();
    for (size_t i = 0; *ret && i < count; i++, item += field->table->size) {
        struct json_object *value = NULL;
        if (write_item(style, field->table, item, &value) < 0 ||
            (map ? json_object_object_add(*ret, pointer_at(item), value)
                 : json_object_array_add(*ret, value)) < 0) {
            json_object_put(value);
            return -1;
        }
    }
    return *ret ? 0 : -1;
}

static int write_custom(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    (void)style;
    return field->write(base + field->offset, ret);
}

static int write_field(enum json_write_style style, const struct json_field *field,
    const char *base, struct json_object **ret)
{
    static int (*const writers[])(
        enum json_write_style, const struct json_field *, const char *, struct json_object **) = {
        [JSON_BOOL] = write_bool,
        [JSON_NUMBER] = write_number,
        [JSON_WORD] = write_word,
        [JSON_STRING] = write_string,
        [JSON_TEXT] = write_string,
        [JSON_CHARS] = write_chars,
        [JSON_STRINGS] = write_strings,
        [JSON_OBJECT] = write_object,
        [JSON_POINTER] = write_pointer,
        [JSON_LIST] = write_items,
        [JSON_MAP] = write_items,
        [JSON_CUSTOM] = write_custom,
    };

    return writers[field->kind](style, field, base, ret);
}

/* True when a bool beside it says whether it was given: a pointer in Go, and null when it was not.
 */
static bool has_flag(const struct json_field *field)
{
    return field->extra && field->kind != JSON_LIST && field->kind != JSON_MAP;
}

/* True when the reader would leave the struct the same if the field were not there. */
static bool is_empty(const struct json_field *field, const char *base)
{
    const char *at = base + field->offset;

    if (has_flag(field)) {
        bool given;
        memcpy(&given, base + field->extra, sizeof(given));
        return !given;
    }
    switch (field->kind) {
    case JSON_OBJECT:
    case JSON_CUSTOM:
        return false;
    case JSON_CHARS:
        return *at == '\0';
    case JSON_STRING:
        return !pointer_at(at) || *(const char *)pointer_at(at) == '\0';
    default: /* numbers, and pointers, which are no longer than numbers */
        return load(field, at) == 0;
    }
}

static bool is_written(enum json_write_style style, const struct json_table *table,
    const struct json_field *field, const char *from)
{
    if (field->kind == JSON_CUSTOM && !field->write)
        return false;
    if (field->required || !is_empty(field, from))
        return true;
    return !field->optional && (style == JSON_WRITE_ALL || table->initial);
}

/* A null, or an object in which nothing was given. */
static bool is_void(const struct json_field *field, struct json_object *value)
{
    return !value || (field->kind == JSON_OBJECT && !has_flag(field) &&
                         json_object_object_length(value) == 0);
}

static int write_table(enum json_write_style style, const struct json_table *table,
    const char *from, struct json_object **ret)
{
    *ret = json_object_new_object();
    for (const struct json_field *field = table->fields; *ret && field->kind; field++) {
        struct json_object *value = NULL;
        if (!is_written(style, table, field, from))
            continue;
        if (!(has_flag(field) && is_empty(field, from)) &&
            write_field(style, field, from, &value) < 0) {
            json_object_put(value);
            return -1;
        }
        if (style == JSON_WRITE_GIVEN && !field->required && is_void(field, value)) {
            json_object_put(value);
            continue;
        }
        if (json_object_object_add(*ret, field->name, value) < 0) {
            json_object_put(value);
            return -1;
        }
    }
    return *ret ? 0 : -1;
}

static int write_item(enum json_write_style style, const struct json_table *table, const char *item,
    struct json_object **ret)
{
    return table->fields->name ? write_table(style, table, item, ret)
                               : write_field(style, table->fields, item, ret);
}

struct json_object *json_write(
    const struct json_table *table, const void *from, enum json_write_style style)
{
    struct json_object *tree = NULL;

    if (write_table(style, table, from, &tree) == 0)
        return tree;
    json_object_put(tree);
    return NULL;
}
