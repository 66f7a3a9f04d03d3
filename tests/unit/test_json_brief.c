// SPDX-License-Identifier: MIT
/* json_brief: what stays of a text is what was asked for, and no text leads it astray. */
#include "runtime/json.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

struct thing {
    const char *a, *b, *c;
};

static const struct json_field INNER[] = {
    JSON_FIELD("b", JSON_STRING, struct thing, b),
    {JSON_AT("c", JSON_STRING, struct thing, c), .brief = true},
    {0},
};
static const struct json_table inner_table = {.size = sizeof(struct thing), .fields = INNER};

static const struct json_field THING[] = {
    {JSON_AT("a", JSON_STRING, struct thing, a), .brief = true},
    JSON_FIELD("b", JSON_STRING, struct thing, b),
    {.name = "in", .kind = JSON_OBJECT, .table = &inner_table, .brief = true},
    {.name = "out", .kind = JSON_OBJECT, .table = &inner_table},
    {0},
};
static const struct json_table thing_table = {.size = sizeof(struct thing), .fields = THING};

static void test_kept(void **state)
{
    static const char *const rows[][2] = {
        {"{}", "{}"},
        {"{\"a\":1}", "{\"a\":1}"},
        {"{\"b\":1}", "{}"},
        {"{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":2}"},
        {"{\"a\":[1,{\"b\":2}],\"aa\":3,\"\":4,\"a\":{\"b\":5}}",
            "{\"a\":[1,{\"b\":2}],\"a\":{\"b\":5}}"},
        {"{\"b\":\"},\\\"a\\\":1,{\",\"a\":\"}]\\\\\"}", "{\"a\":\"}]\\\\\"}"},
        {"{\"b\":[[{}],{\"a\":1}],\"a\":null}", "{\"a\":null}"},
        {"{\"in\":{\"b\":1,\"c\":2},\"a\":3}", "{\"in\":{\"c\":2},\"a\":3}"},
        {"{\"in\":{\"b\":1},\"out\":{\"c\":2}}", "{\"in\":{}}"},
        {"{\"in\":null,\"a\":1}", "{\"in\":null,\"a\":1}"},
        {" {\n \"b\" : 1 ,\n \"a\" : 2 \n}\n", "{\"a\" : 2 \n}\n"},
        {"", ""},
        {"no JSON", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = strdup(rows[i][0]);
        json_brief(text, &thing_table);
        assert_string_equal(text, rows[i][1]);
        free(text);
    }
}

/* In memory of its own, so that a sanitizer sees each step past its end. */
static void try(const char *text, size_t length)
{
    char *copy = strndup(text, length);

    json_brief(copy, &thing_table);
    assert_true(strlen(copy) <= length);
    free(copy);
}

static void test_broken(void **state)
{
    static const char whole[] =
        "{\"a\":\"\\u0041\\\\\",\"b\":[{\"a\":1},\"]\"],\"in\":{\"c\":1,\"b\":{}},\"a\":2}";
    char text[sizeof(whole)];

    (void)state;
    for (size_t i = 0; i < sizeof(whole); i++) {
        try(whole, i);
        for (const char *c = "\"\\{}[],:a0"; *c; c++) {
            memcpy(text, whole, sizeof(whole));
            text[i] = i + 1 < sizeof(whole) ? *c : '\0';
            try(text, sizeof(whole));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_broken),
    };

    return cmocka_run_group_tests_name("json_brief", tests, NULL, NULL);
}
