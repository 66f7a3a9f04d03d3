// SPDX-License-Identifier: MIT
/* json_write: what is read, written and read again is equal, and the text is what Go would write.
 */
#include "runtime/json_write.h"

#include "unit.h"

#include <json-c/json_object.h>
#include <string.h>

struct item {
    const char *key;
    uint16_t small;
    int64_t wide;
};

struct inner {
    const char *name;
    bool yes;
};

struct thing {
    bool flag, given;
    int8_t negative;
    uint64_t large;
    unsigned word, after;
    const char *text, *kept;
    const char *const *words;
    struct inner inner;
    const struct inner *pointer;
    const struct item *list, *map;
    size_t list_count, map_count;
    const struct item *keys;
    size_t keys_count;
    const char *custom;
};

static const struct json_word WORDS[] = {{"none", 0}, {"one", 1}, {0}};

static const struct json_field ITEM[] = {
    JSON_NUMBER_IN("Small", struct item, small, 0, UINT16_MAX),
    JSON_NUMBER_IN("Wide", struct item, wide, INT64_MIN, INT64_MAX),
    {0},
};
static const struct json_table item_table = {.size = sizeof(struct item), .fields = ITEM};

static const struct json_field INNER[] = {
    JSON_FIELD("Name", JSON_STRING, struct inner, name),
    {JSON_AT("Yes", JSON_BOOL, struct inner, yes), .optional = true},
    {0},
};
static const struct json_table inner_table = {.size = sizeof(struct inner), .fields = INNER};

static const struct json_table nothing_table = {.fields = (const struct json_field[]){{0}}};
static const struct json_field NOTHING[] = {{.kind = JSON_OBJECT, .table = &nothing_table}};
static const struct json_table key_table = {.size = sizeof(struct item), .fields = NOTHING};

/* "/x" in the text, "x" in the struct */
static int read_custom(struct json_reader *reader, struct json_object *value, void *field)
{
    (void)reader;
    *(const char **)field = json_object_get_string(value) + 1;
    return 0;
}

static int write_custom(const void *field, struct json_object **ret)
{
    const char *text = *(const char *const *)field;
    char slashed[20];

    if (!text)
        return 0;
    snprintf(slashed, sizeof(slashed), "/%s", text);
    *ret = json_object_new_string(slashed);
    return *ret ? 0 : -1;
}

static const struct json_field THING[] = {
    JSON_FIELD("Flag", JSON_BOOL, struct thing, flag),
    {JSON_AT("Negative", JSON_NUMBER, struct thing, negative), .least = -128, .most = 127},
    {JSON_AT("Large", JSON_NUMBER, struct thing, large), .most = UINT64_MAX,
        .extra = offsetof(struct thing, given)},
    {JSON_AT("Word", JSON_WORD, struct thing, word), .words = WORDS},
    JSON_NUMBER_IN("After", struct thing, after, 0, UINT32_MAX),
    JSON_FIELD("Text", JSON_STRING, struct thing, text),
    JSON_FIELD("Kept", JSON_TEXT, struct thing, kept),
    JSON_FIELD("Words", JSON_STRINGS, struct thing, words),
    {JSON_AT("Inner", JSON_OBJECT, struct thing, inner), .table = &inner_table},
    {JSON_AT("Pointer", JSON_POINTER, struct thing, pointer), .table = &inner_table},
    JSON_ITEMS("List", JSON_LIST, struct thing, list, list_count, &item_table),
    JSON_ITEMS("Map", JSON_MAP, struct thing, map, map_count, &item_table),
    JSON_ITEMS("Keys", JSON_MAP, struct thing, keys, keys_count, &key_table),
    {JSON_AT("Custom", JSON_CUSTOM, struct thing, custom), .custom = read_custom,
        .write = write_custom},
    {.name = "Unwritten", .kind = JSON_CUSTOM, .custom = read_custom},
    {0},
};
static const struct json_table thing_table = {.size = sizeof(struct thing), .fields = THING};

/* The text of the struct, in memory that lasts until the next call. */
static const char *written(const struct thing *thing, enum json_write_style style)
{
    static char text[2000];
    struct json_object *tree = json_write(&thing_table, thing, style);

    assert_non_null(tree);
    snprintf(text, sizeof(text), "%s",
        json_object_to_json_string_ext(
            tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(tree);
    return text;
}

static void read_text(const char *text, struct json_memory *memory, struct thing *ret)
{
    struct err err = {0};
    struct json_reader reader = {.file = "test", .memory = memory, .err = &err};

    *ret = (struct thing){0};
    if (json_parse("test", text, strlen(text), memory, &err) < 0 ||
        json_read(&reader, &thing_table, ret) < 0)
        fail_msg("%s: %s", text, err.what);
}

/* Both styles, read again and written again, give the same text as the first. */
static void check(const char *given)
{
    struct json_memory memory = {0}, again = {0};
    struct thing thing, other;
    char text[2000];

    read_text(given, &memory, &thing);
    assert_string_equal(written(&thing, JSON_WRITE_GIVEN), given);
    snprintf(text, sizeof(text), "%s", written(&thing, JSON_WRITE_ALL));
    read_text(text, &again, &other);
    assert_string_equal(written(&other, JSON_WRITE_GIVEN), given);
    json_memory_free(&memory);
    json_memory_free(&again);
}

static void test_round_trip(void **state)
{
    (void)state;
    check("{}");
    check("{\"Flag\":true,\"Negative\":-128,\"Large\":18446744073709551615,\"Word\":\"one\"}");
    check("{\"Negative\":127,\"Large\":0,\"After\":4294967295}"); /* a 0 that was given stays */
    check("{\"Text\":\"a/b \\\"c\\\"\",\"Kept\":\"\",\"Words\":[\"x\",\"\",\"y\"]}");
    check("{\"Words\":[],\"List\":[],\"Map\":{}}"); /* none is not the same as absent */
    check("{\"Inner\":{\"Name\":\"in\"},\"Pointer\":{}}");
    check("{\"Pointer\":{\"Name\":\"far\",\"Yes\":true}}");
    check("{\"List\":[{\"Small\":65535,\"Wide\":-9223372036854775808},{}]}");
    check("{\"Map\":{\"b\":{\"Wide\":1},\"a\":{}},\"Keys\":{\"80/tcp\":{}}}");
    check("{\"Custom\":\"/name\"}");
}

static void test_all_as_go(void **state)
{
    struct thing thing = {0};

    (void)state;
    assert_string_equal(written(&thing, JSON_WRITE_ALL),
        "{\"Flag\":false,\"Negative\":0,\"Large\":null,\"Word\":\"none\",\"After\":0,\"Text\":\"\","
        "\"Kept\":null,\"Words\":null,\"Inner\":{\"Name\":\"\"},\"Pointer\":null,\"List\":null,"
        "\"Map\":null,\"Keys\":null,\"Custom\":null}");
}

static void test_strings(void **state)
{
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"", ""},
        {"plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3",
            "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\xc3", "a\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xc0\x80x", "\xef\xbf\xbd\xef\xbf\xbdx"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json_object *string = json_write_string(cases[i].from);
        assert_string_equal(json_object_get_string(string), cases[i].to);
        json_object_put(string);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_all_as_go),
        cmocka_unit_test(test_strings),
    };

    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
