// SPDX-License-Identifier: MIT
/* Signals by the words that people type. */
#include "signals.h"
#include "unit.h"

#include <signal.h>
#include <string.h>

static struct err err;

static void knows_names_and_numbers(void **state)
{
    static const struct {
        const char *text;
        int number;
    } words[] = {{"KILL", SIGKILL}, {"SIGKILL", SIGKILL}, {"kill", SIGKILL}, {"sigTerm", SIGTERM},
        {"9", 9}, {"0", 0}, {"64", 64}, {"IOT", SIGABRT}, {"POLL", SIGIO}, {"CLD", SIGCHLD},
        {"SYS", SIGSYS}, {"STKFLT", SIGSTKFLT}};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        int number = -1;
        assert_ok(signals_number(words[i].text, &number, &err));
        assert_int_equal(number, words[i].number);
    }
}

/* Every signal of this machine that has a name is known by it. */
static void knows_all(void **state)
{
    (void)state;
#ifndef __GLIBC__
    skip(); /* sigabbrev_np is glibc's alone */
#else
    for (int signal = 1; signal < 32; signal++) {
        int number = -1;
        assert_ok(signals_number(sigabbrev_np(signal), &number, &err));
        assert_int_equal(number, signal);
    }
#endif
}

static void counts_real_time_from_both_ends(void **state)
{
    int number;

    (void)state;
    assert_ok(signals_number("RTMIN", &number, &err));
    assert_int_equal(number, SIGRTMIN);
    assert_ok(signals_number("SIGRTMIN+3", &number, &err));
    assert_int_equal(number, SIGRTMIN + 3);
    assert_ok(signals_number("rtmax-2", &number, &err));
    assert_int_equal(number, SIGRTMAX - 2);
    assert_err(signals_number("RTMIN-1", &number, &err), ERR_REFUSED);
    assert_err(signals_number("RTMAX+1", &number, &err), ERR_REFUSED);
    assert_err(signals_number("RTMIN+40", &number, &err), ERR_REFUSED);
    assert_err(signals_number("RTMINX", &number, &err), ERR_REFUSED);
}

static void refuses_the_rest(void **state)
{
    static const char *const words[] = {"", "SIG", "FOO", "65", "-1", "9x", "1.5", " 9", "KILL ",
        "SIGSIGKILL", "99999999999999999999", "+", "00x"};
    int number = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_err(signals_number(words[i], &number, &err), ERR_REFUSED);
    assert_int_equal(number, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_names_and_numbers),
        cmocka_unit_test(knows_all),
        cmocka_unit_test(counts_real_time_from_both_ends),
        cmocka_unit_test(refuses_the_rest),
    };

    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
