// SPDX-License-Identifier: MIT
/* Sizes and numbers: what is read exactly, and all that must be refused with the accepted range. */
#include "size.h"
#include "unit.h"

#include <string.h>

static struct err err;

static void reads_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"1", 1},
        {"7b", 7},
        {"1k", 1024},
        {"1K", 1024},
        {"100m", 104857600},
        {"100M", 104857600},
        {"64MiB", 67108864},
        {"64mb", 67108864},
        {"1.5g", 1610612736},
        {"2t", 2199023255552},
        {"134217728", 134217728},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t bytes = 12345;
        assert_ok(size_parse_bytes("--memory", good[i].text, 0, 1ull << 62, &bytes, &err));
        assert_int_equal(bytes, good[i].bytes);
    }
}

static void refuses_sizes(void **state)
{
    static const char *const bad[] = {"", " 1", "1 ", "-1", "+1", "0x10", "1e3", "inf", "nan", "m",
        "1.", ".5", "1..5", "1mm", "1 m", "1kbb", "10O", "1bb", "1p", "99999999999999999999",
        "9223372036854775808", "8388608t", "1\n", "1k\n"};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t bytes = 42;
        assert_err(size_parse_bytes("--memory", bad[i], 0, UINT64_MAX, &bytes, &err), ERR_USAGE);
        assert_int_equal(bytes, 42);
        assert_non_null(strstr(err.what, "--memory"));
        assert_non_null(strstr(err.hint, "accepted"));
    }
}

static void keeps_the_range(void **state)
{
    uint64_t value;

    (void)state;
    assert_ok(size_parse_bytes("m", "6m", 6 << 20, 1 << 30, &value, &err));
    assert_ok(size_parse_bytes("m", "1g", 6 << 20, 1 << 30, &value, &err));
    assert_err(size_parse_bytes("m", "5m", 6 << 20, 1 << 30, &value, &err), ERR_USAGE);
    assert_non_null(strstr(err.hint, "6.0 MiB to 1.0 GiB") ?: strstr(err.hint, "6 MiB to 1 GiB"));
    assert_err(size_parse_bytes("m", "1073741825", 6 << 20, 1 << 30, &value, &err), ERR_USAGE);
}

static void reads_whole_numbers(void **state)
{
    static const char *const bad[] = {
        "", "-1", "+1", "1.0", "0x1", "18446744073709551616", "2a", " 3", "3 ", "101", "1"};
    uint64_t value = 0;

    (void)state;
    assert_ok(size_parse_u64("--pids", "2", 2, 100, &value, &err));
    assert_int_equal(value, 2);
    assert_ok(size_parse_u64("--pids", "100", 2, 100, &value, &err));
    assert_ok(size_parse_u64("n", "18446744073709551615", 0, UINT64_MAX, &value, &err));
    assert_true(value == UINT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_err(size_parse_u64("--pids", bad[i], 2, 100, &value, &err), ERR_USAGE);
        assert_non_null(strstr(err.hint, "from 2 to 100"));
    }
}

static void reads_decimals(void **state)
{
    static const char *const bad[] = {"", "-0.5", "1e1", "nan", "inf", "0,5", "0.5x", "4.1", "0x1"};
    double value = 0;

    (void)state;
    assert_ok(size_parse_decimal("--cpus", "0.5", 0.01, 4, &value, &err));
    assert_true(value == 0.5);
    assert_ok(size_parse_decimal("--cpus", "4", 0.01, 4, &value, &err));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(size_parse_decimal("--cpus", bad[i], 0.01, 4, &value, &err), ERR_USAGE);
}

static void formats(void **state)
{
    char buf[SIZE_TEXT];

    (void)state;
    assert_string_equal(size_format(0, buf), "0 B");
    assert_string_equal(size_format(1023, buf), "1023 B");
    assert_string_equal(size_format(104857600, buf), "100 MiB");
    assert_string_equal(size_format(1610612736, buf), "1.5 GiB");
    assert_string_equal(size_format(UINT64_MAX, buf), "max");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(refuses_sizes),
        cmocka_unit_test(keeps_the_range),
        cmocka_unit_test(reads_whole_numbers),
        cmocka_unit_test(reads_decimals),
        cmocka_unit_test(formats),
    };

    return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
