// SPDX-License-Identifier: MIT
/*
 * One function a kind of field, found by the kind's number. Each is given the JSON value and the
 * address of the struct, and sees to it that what it writes there is what the table allows.
 *
 * What must hold: reader->path names the value at hand, so that whoever finds a mistake need not
 * know where it is. Whoever goes a step down enters it, and leaves it when all went well; after an
 * error nobody asks again.
 */
#include "json.h"

#include <inttypes.h>
#include <json-c/json_object.h>
#include <json-c/linkhash.h>
#include <stdio.h>
#include <string.h>

/* The low bytes of a number, into an integer of that many. */
static void store(void *to, size_t size, uint64_t number)
{
    const union {
        uint64_t u64;
        uint32_t u32;
        uint16_t u16;
        uint8_t u8;
    } of[] = {{.u8 = (uint8_t)number}, {.u16 = (uint16_t)number}, {.u32 = (uint32_t)number},
        {.u64 = number}};

    memcpy(to, &of[__builtin_ctzl(size)], size);
}

static int read_bool(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_boolean) < 0)
        return -1;
    store(base + field->offset, field->size, json_object_get_boolean(value) ? 1 : 0);
    return 0;
}

static int read_number(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_int) < 0)
        return -1;
    int64_t number = json_object_get_int64(value);                   /* at most INT64_MAX, */
    uint64_t large = number < 0 ? 0 : json_object_get_uint64(value); /* and what is above it */
    if (number < field->least || large > field->most) {
        json_fail(reader, NULL, "%s is not accepted", json_object_to_json_string(value));
        return err_hint(reader->err, "accepted: a whole number from %" PRId64 " to %" PRIu64,
            field->least, field->most);
    }
    store(base + field->offset, field->size, number < 0 ? (uint64_t)number : large);
    return 0;
}

int json_read_word(struct json_reader *reader, const struct json_word *words,
    struct json_object *value, unsigned long *ret)
{
    char known[300] = "";
    size_t used = 0;

    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    const char *text = json_object_get_string(value);
    for (const struct json_word *word = words; word->word; word++) {
        if (strcmp(word->word, text) == 0) {
            *ret = word->value;
            return 0;
        }
        if (used < sizeof(known))
            used += (size_t)snprintf(
                known + used, sizeof(known) - used, "%s%s", used ? ", " : "", word->word);
    }
    json_fail(reader, NULL, "'%.60s' is not known", text);
    return err_hint(reader->err, "accepted: %s", known);
}

static int read_word(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    unsigned long number;

    if (json_read_word(reader, field->words, value, &number) < 0)
        return -1;
    store(base + field->offset, field->size, number);
    return 0;
}

static int read_string(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    const char *text = json_object_get_string(value);
    memcpy(base + field->offset, &text, sizeof(text));
    return 0;
}

/* A copy, so that the struct can outlive the tree. */
static int read_chars(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_string) < 0)
        return -1;
    snprintf(base + field->offset, field->size, "%s", json_object_get_string(value));
    return 0;
}

static int read_strings(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_array) < 0)
        return -1;
    size_t count = json_object_array_length(value);
    const char **list = json_alloc(reader, count + 1, sizeof(*list));
    for (size_t i = 0; list && i < count; i++) {
        struct json_object *item = json_object_array_get_idx(value, i);
        json_enter(reader, NULL, i);
        if (json_expect(reader, item, json_type_string) < 0)
            return -1;
        json_leave(reader);
        list[i] = json_object_get_string(item);
    }
    memcpy(base + field->offset, &list, sizeof(list));
    return list ? 0 : -1;
}

static int read_table(struct json_reader *reader, const struct json_table *table,
    struct json_object *value, char *into)
{
    if (json_expect(reader, value, json_type_object) < 0)
        return -1;
    for (const struct json_field *field = table->fields; field->kind; field++) {
        struct json_object *member;
        if (!json_object_object_get_ex(value, field->name, &member) && !field->required)
            continue;
        json_enter(reader, field->name, 0);
        if (json_read_field(reader, field, member, into) < 0)
            return -1;
        json_leave(reader);
    }
    return table->check ? table->check(reader, into) : 0;
}

/*
 * What a list or an object used as a map holds. Only a value that is no object has a field without
 * a name.
 */
static int read_item(struct json_reader *reader, const struct json_table *table,
    struct json_object *value, char *item)
{
    if (table->fields->name)
        return read_table(reader, table, value, item);
    if (json_read_field(reader, table->fields, value, item) < 0)
        return -1;
    return table->check ? table->check(reader, item) : 0;
}

static int read_object(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    return read_table(reader, field->table, value, base + field->offset);
}

/* Structs in a row, each as the table begins it. */
static char *new_items(struct json_reader *reader, const struct json_table *table, size_t count)
{
    char *items = json_alloc(reader, count, table->size);

    for (size_t i = 0; items && table->initial && i < count; i++)
        memcpy(items + i * table->size, table->initial, table->size);
    return items;
}

static int read_pointer(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    char *into = new_items(reader, field->table, 1);

    memcpy(base + field->offset, &into, sizeof(into));
    return into ? read_table(reader, field->table, value, into) : -1;
}

static void keep_list(const struct json_field *field, char *base, char *items, size_t count)
{
    memcpy(base + field->offset, &items, sizeof(items));
    memcpy(base + field->extra, &count, sizeof(count));
}

static int read_list(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_array) < 0)
        return -1;
    size_t count = json_object_array_length(value), size = field->table->size;
    char *items = new_items(reader, field->table, count);
    for (size_t i = 0; items && i < count; i++) {
        json_enter(reader, NULL, i);
        struct json_object *item = json_object_array_get_idx(value, i);
        if (read_item(reader, field->table, item, items + i * size) < 0)
            return -1;
        json_leave(reader);
    }
    keep_list(field, base, items, count);
    return items ? 0 : -1;
}

static int read_map(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    if (json_expect(reader, value, json_type_object) < 0)
        return -1;
    size_t count = (size_t)json_object_object_length(value), size = field->table->size, i = 0;
    char *items = new_items(reader, field->table, count);
    if (!items)
        return -1;
    keep_list(field, base, items, count);
    json_object_object_foreach(value, key, member)
    {
        char *item = items + i++ * size;
        json_enter(reader, key, 0);
        memcpy(item, &(const char *){key}, sizeof(const char *));
        if (read_item(reader, field->table, member, item) < 0)
            return -1;
        json_leave(reader);
    }
    return 0;
}

static int read_custom(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, char *base)
{
    return field->custom(reader, value, base + field->offset);
}

int json_read_field(struct json_reader *reader, const struct json_field *field,
    struct json_object *value, void *base)
{
    static int (*const readers[])(
        struct json_reader *, const struct json_field *, struct json_object *, char *) = {
        [JSON_BOOL] = read_bool,
        [JSON_NUMBER] = read_number,
        [JSON_WORD] = read_word,
        [JSON_STRING] = read_string,
        [JSON_TEXT] = read_string,
        [JSON_CHARS] = read_chars,
        [JSON_STRINGS] = read_strings,
        [JSON_OBJECT] = read_object,
        [JSON_POINTER] = read_pointer,
        [JSON_LIST] = read_list,
        [JSON_MAP] = read_map,
        [JSON_CUSTOM] = read_custom,
    };
    bool empty = !value || ((field->kind == JSON_STRING || field->kind == JSON_WORD) &&
                               json_object_is_type(value, json_type_string) &&
                               json_object_get_string_len(value) == 0);

    if (empty)
        return field->required ? json_fail(reader, NULL, "is missing") : 0;
    if (readers[field->kind](reader, field, value, base) < 0)
        return -1;
    if (field->extra && field->kind != JSON_LIST && field->kind != JSON_MAP)
        store((char *)base + field->extra, sizeof(bool), 1);
    return 0;
}

int json_read(struct json_reader *reader, const struct json_table *table, void *into)
{
    return read_table(reader, table, reader->memory->tree, into);
}
