// SPDX-License-Identifier: MIT
/* Claims: each comparison both ways, and that a failed one is counted. Errors: statuses and text.
 */
#include "report.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static void compares_numbers(void **state)
{
    static const struct {
        uint64_t measured;
        enum compare op;
        uint64_t bound;
        bool ok;
    } rows[] = {
        {1, EQ, 1, true},
        {1, EQ, 2, false},
        {1, NE, 2, true},
        {2, NE, 2, false},
        {2, LE, 2, true},
        {3, LE, 2, false},
        {2, GE, 2, true},
        {1, GE, 2, false},
        {1, LT, 2, true},
        {2, LT, 2, false},
        {3, GT, 2, true},
        {2, GT, 2, false},
        {UINT64_MAX, GT, 0, true},
        {0, LT, UINT64_MAX, true},
    };
    struct report r;

    (void)state;
    report_init(&r, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        claim_u64(&r, "x", rows[i].measured, rows[i].op, rows[i].bound, "s");
        assert_int_equal(r.claim[i].ok, rows[i].ok);
    }
    assert_string_equal(r.claim[12].measured, "max");
    assert_string_equal(r.claim[4].expected, "<= 2");
}

static void compares_the_rest(void **state)
{
    struct report r;

    (void)state;
    report_init(&r, 0);
    claim_text(&r, "same", "a", EQ, "a", "s");
    claim_text(&r, "not same", "a", EQ, "b", "s");
    claim_range(&r, "inside", 0.5, 0.4, 0.6, "s");
    claim_range(&r, "below", 0.39, 0.4, 0.6, "s");
    claim_range(&r, "above", 0.61, 0.4, 0.6, "s");
    claim_errno(&r, "refused", EBUSY, EBUSY, "s");
    claim_errno(&r, "worked", 0, EBUSY, "s");
    static const bool want[] = {true, false, true, false, false, true, false};
    for (size_t i = 0; i < r.claims; i++)
        assert_int_equal(r.claim[i].ok, want[i]);
    assert_string_equal(r.claim[5].measured, "EBUSY");
    assert_string_equal(r.claim[6].measured, "ok");
}

static void errors_have_statuses(void **state)
{
    static const int want[] = {0, 1, 2, 2, 77, 126, 127, 1};
    struct err err = {0};

    (void)state;
    for (int kind = ERR_NONE; kind <= ERR_REFUSED; kind++) {
        err.kind = (enum err_kind)kind;
        assert_int_equal(err_exit_status(&err), want[kind]);
    }
}

static void errors_are_printed_whole(void **state)
{
    struct err err;
    char text[256] = "";

    (void)state;
    FILE *out = fmemopen(text, sizeof(text), "w");
    errno = EBUSY;
    assert_int_equal(err_sys(&err, "cannot remove %s", "/g"), -1);
    assert_int_equal(errno, EBUSY);
    err_hint(&err, "a child is there -> remove it");
    err_print(out, "lab", &err);
    fclose(out);
    assert_string_equal(text,
        "lab: cannot remove /g: Device or resource busy\nhint: a child is there -> remove it\n");

    memset(text, 0, sizeof(text));
    out = fmemopen(text, sizeof(text), "w");
    err_refuse(&err, ENOENT, "no \033[31m\177\302\233 here\302\240");
    err_print(out, "lab", &err);
    fclose(out);
    assert_string_equal(text, "lab: no \\x1b[31m\\x7f\\u009b here\302\240\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_numbers),
        cmocka_unit_test(compares_the_rest),
        cmocka_unit_test(errors_have_statuses),
        cmocka_unit_test(errors_are_printed_whole),
    };

    return cmocka_run_group_tests_name("report and err", tests, NULL, NULL);
}
