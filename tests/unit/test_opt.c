// SPDX-License-Identifier: MIT
/* The option tables: every form of an option, where parsing stops, and what is refused. */
#include "opt.h"
#include "unit.h"

#include <string.h>

struct values {
    bool interactive, tty, proxy_off;
    const char *rootfs;
    uint64_t pids, memory_bytes;
    double cpus;
    struct opt_list env;
};

static const struct opt TABLE[] = {
    {'i', "interactive", NULL, "", OPT_FLAG, offsetof(struct values, interactive)},
    {'t', "tty", NULL, "", OPT_FLAG, offsetof(struct values, tty)},
    {0, "rootfs", "DIR", "", OPT_TEXT, offsetof(struct values, rootfs)},
    {0, "pids", "N", "", OPT_UINT, offsetof(struct values, pids), 1, 1000},
    {'m', "memory", "SIZE", "", OPT_BYTES, offsetof(struct values, memory_bytes), 0, 1 << 30},
    {0, "cpus", "N", "", OPT_DECIMAL, offsetof(struct values, cpus), 0, 8},
    {0, "proxy", NULL, NULL, OPT_FLAG_OFF, offsetof(struct values, proxy_off)},
    {'e', "env", "K=V", "", OPT_LIST, offsetof(struct values, env)},
    {0},
};

static struct err err;

enum { MOST_WORDS = 16 };

/* Parse the words up to NULL; returns opt_parse's answer and the index it stopped at. */
static int parse(struct values *values, int *ret_index, const char *first, ...)
{
    char *argv[MOST_WORDS] = {(char *)first};
    int argc = 1;
    va_list ap;

    va_start(ap, first);
    while (argc < MOST_WORDS - 1 && (argv[argc] = va_arg(ap, char *)))
        argc++;
    va_end(ap);
    *values = (struct values){0};
    *ret_index = 0;
    return opt_parse(TABLE, argc, argv, ret_index, values, &err);
}

static void reads_every_form(void **state)
{
    struct values v;
    int at;

    (void)state;
    assert_ok(parse(&v, &at, "-it", "--rootfs", "/r", "--pids=7", "-m64m", "--cpus", "0.5", "-e",
        "A=1", "--env=B=2 3", "sh", "-i", NULL));
    assert_true(v.interactive && v.tty);
    assert_string_equal(v.rootfs, "/r");
    assert_int_equal(v.pids, 7);
    assert_int_equal(v.memory_bytes, 64 << 20);
    assert_true(v.cpus == 0.5);
    assert_int_equal(v.env.count, 2);
    assert_string_equal(v.env.items[0], "A=1");
    assert_string_equal(v.env.items[1], "B=2 3");
    assert_int_equal(at, 10); /* "sh": its own -i is not ours */
    opt_free(TABLE, &v);
    assert_null(v.env.items);
}

/* "-m=64m" is 64m, and not "=64m", as docker's parser has it */
static void a_letter_may_have_an_equals_sign(void **state)
{
    struct values v;
    int at;

    (void)state;
    assert_ok(parse(&v, &at, "-m=64m", "-e=A=1", "-eB=2", "-it=false", "sh", NULL));
    assert_int_equal(v.memory_bytes, 64 << 20);
    assert_string_equal(v.env.items[0], "A=1");
    assert_string_equal(v.env.items[1], "B=2");
    assert_true(v.interactive && !v.tty);
    assert_int_equal(at, 4);
    opt_free(TABLE, &v);
    assert_int_equal(parse(&v, &at, "-i=", "sh", NULL), -1);
    assert_int_equal(parse(&v, &at, "-i=perhaps", "sh", NULL), -1);
}

static void flags_take_true_and_false(void **state)
{
    struct values v;
    int at;

    (void)state;
    assert_ok(parse(&v, &at, "-t", "--tty=false", "--interactive=1", "--proxy", NULL));
    assert_true(v.interactive && !v.tty && !v.proxy_off);
    assert_ok(parse(&v, &at, "--proxy=False", NULL));
    assert_true(v.proxy_off);
    assert_err(parse(&v, &at, "--tty=yes", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "--tty=", NULL), ERR_USAGE);
}

static void stops_at_dashes(void **state)
{
    struct values v;
    int at;

    (void)state;
    assert_ok(parse(&v, &at, "-i", "--", "-t", NULL));
    assert_int_equal(at, 2);
    assert_false(v.tty);
    assert_ok(parse(&v, &at, "-", "-t", NULL)); /* a lone dash is a word */
    assert_int_equal(at, 0);
}

static void refuses(void **state)
{
    struct values v;
    int at;

    (void)state;
    assert_err(parse(&v, &at, "--rootsf", "x", NULL), ERR_USAGE);
    assert_non_null(strstr(err.hint, "--rootfs"));
    assert_err(parse(&v, &at, "--rootfs", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "-m", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "-x", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "-ix", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "--tty=yes", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "--pids", "0", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "--pids", "1001", NULL), ERR_USAGE);
    assert_non_null(strstr(err.what, "--pids"));
    assert_err(parse(&v, &at, "--memory", "2g", NULL), ERR_USAGE);
    assert_err(parse(&v, &at, "--cpus", "9", NULL), ERR_USAGE);
}

static void finds_rows(void **state)
{
    (void)state;
    assert_ptr_equal(opt_find(TABLE, "--rootfs=/x"), &TABLE[2]);
    assert_ptr_equal(opt_find(TABLE, "-m64m"), &TABLE[4]);
    assert_null(opt_find(TABLE, "rootfs"));
    assert_null(opt_find(TABLE, "--root"));
    assert_null(opt_find(TABLE, "-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(a_letter_may_have_an_equals_sign),
        cmocka_unit_test(flags_take_true_and_false),
        cmocka_unit_test(stops_at_dashes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(finds_rows),
    };

    return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
