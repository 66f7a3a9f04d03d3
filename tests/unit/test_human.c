// SPDX-License-Identifier: MIT
/* Sizes and times as Docker's go-units has them, times as people type them, and filters. */
#include "engine/show/filter.h"
#include "engine/show/human.h"

#include "unit.h"

#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <string.h>

static struct err err;

static void sizes(void **state)
{
    char buf[HUMAN_TEXT];

    (void)state;
    assert_string_equal(human_size(0, 3, buf), "0B");
    assert_string_equal(human_size(999, 3, buf), "999B");
    assert_string_equal(human_size(1000, 3, buf), "1kB");
    assert_string_equal(human_size(1240000, 3, buf), "1.24MB");
    assert_string_equal(human_size(1984301, 4, buf), "1.984MB");
    assert_string_equal(human_size(UINT64_MAX, 3, buf), "18.4EB");
    assert_string_equal(human_binary_size(339968, buf), "332KiB");
    assert_string_equal(human_binary_size(104857600, buf), "100MiB");
    assert_string_equal(human_binary_size(1023, buf), "1023B");
}

static void durations(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {-5, "Less than a second"},
        {0, "Less than a second"},
        {1, "1 second"},
        {2, "2 seconds"},
        {59, "59 seconds"},
        {60, "About a minute"},
        {119, "About a minute"},
        {120, "2 minutes"},
        {3599, "59 minutes"},
        {3600, "About an hour"},
        {5399, "About an hour"},
        {5400, "2 hours"},
        {47 * 3600, "47 hours"},
        {48 * 3600, "2 days"},
        {13 * 86400, "13 days"},
        {14 * 86400, "2 weeks"},
        {60 * 86400, "2 months"},
        {729 * 86400, "24 months"},
        {730 * 86400, "2 years"},
    };
    char buf[HUMAN_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(human_duration(rows[i].seconds, buf), rows[i].text);
}

static void dates(void **state)
{
    struct timespec then;
    char buf[HUMAN_TEXT];

    (void)state;
    assert_int_equal(human_parse_time("2026-11-22T03:00:00.25Z", &then), 0);
    assert_int_equal(then.tv_sec, 1795316400);
    assert_int_equal(then.tv_nsec, 250000000);
    assert_int_equal(human_parse_time("2026-11-22T04:30:00+01:30", &then), 0);
    assert_int_equal(then.tv_sec, 1795316400);
    assert_int_equal(human_parse_time("2026-11-22T01:30:00-01:30", &then), 0);
    assert_int_equal(then.tv_sec, 1795316400);
    assert_int_equal(human_parse_time("2026-11-22", &then), 0);
    assert_int_equal(then.tv_sec, 1795305600);
    assert_int_equal(human_parse_time("yesterday", &then), -1);
    assert_int_equal(human_parse_time("2026-11-22T03:00:00Zx", &then), -1);
    assert_string_equal(
        human_date("2026-11-22T03:00:00.25Z", buf), "2026-11-22 03:00:00 +0000 UTC");
    assert_string_equal(human_ago("", buf), "N/A");
}

static void typed_times(void **state)
{
    static const char *const bad[] = {"", "10", "m", "1e3s", "1x", "-1s", "1h-2m", "0x1s", "1 s"};
    struct timespec since, now;
    int64_t nsec;

    (void)state;
    assert_int_equal(human_parse_duration("1h30m", &nsec), 0);
    assert_int_equal(nsec, 5400000000000);
    assert_int_equal(human_parse_duration("1.5s", &nsec), 0);
    assert_int_equal(nsec, 1500000000);
    assert_int_equal(human_parse_duration("500ms", &nsec), 0);
    assert_int_equal(nsec, 500000000);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(human_parse_duration(bad[i], &nsec), -1);
    assert_ok(human_parse_since("--since", "10m", &since, &err));
    clock_gettime(CLOCK_REALTIME, &now);
    assert_in_range(now.tv_sec - since.tv_sec, 599, 660);
    assert_ok(human_parse_since("--since", "1795316400.5", &since, &err));
    assert_int_equal(since.tv_sec, 1795316400);
    assert_int_equal(since.tv_nsec, 500000000);
    assert_err(human_parse_since("--since", "soon", &since, &err), ERR_REFUSED);
    assert_non_null(strstr(err.what, "--since: 'soon'"));
}

static void filters(void **state)
{
    static const char *const keys[] = {"name", "label", "dangling", "status", NULL};
    static const char *const states[] = {"running", "exited", NULL};
    const char *words[] = {"name=web", "name=^d.$", "label=a", "label=b=2", "dangling=1"};
    struct opt_list list = {.items = words, .count = 5};
    struct json_object *labels = json_tokener_parse("{\"a\": \"1\", \"b\": \"2\"}");
    struct filters read;
    bool value;

    (void)state;
    assert_ok(filters_read(&list, keys, &read, &err));
    assert_true(filters_match(&read, "name", "my-web-1"));
    assert_true(filters_match(&read, "name", "db"));
    assert_false(filters_match(&read, "name", "dbb"));
    assert_true(filters_equal(&read, "status", "anything"));
    assert_false(filters_equal(&read, "name", "web2"));
    assert_true(filters_labels(&read, "label", labels));
    json_object_object_add(labels, "b", json_object_new_string("3"));
    assert_false(filters_labels(&read, "label", labels));
    assert_ok(filters_bool(&read, "dangling", false, &value, &err));
    assert_true(value);
    assert_err(filters_check(&read, "name", states, &err), ERR_REFUSED);
    assert_string_equal(err.what, "invalid filter 'name=web'");
    filters_free(&read);
    json_object_put(labels);
    for (size_t i = 0; i < 2; i++) {
        words[0] = i ? "shape=round" : "name";
        assert_err(filters_read(&list, keys, &read, &err), i ? ERR_REFUSED : ERR_USAGE);
        assert_non_null(strstr(err.what, i ? "invalid filter 'shape'" : "bad format of filter"));
        filters_free(&read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(durations),
        cmocka_unit_test(dates),
        cmocka_unit_test(typed_times),
        cmocka_unit_test(filters),
    };

    return cmocka_run_group_tests_name("human", tests, NULL, NULL);
}
