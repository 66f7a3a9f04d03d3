/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka with the headers it wants before it. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "err.h"

/* The call must succeed; where it does not, the test shows the whole error. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            err_print(stderr, #call, &err);                                                        \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

/* The call must fail with this kind of error and say something. */
#define assert_err(call, wanted_kind)                                                              \
    do {                                                                                           \
        err = (struct err){0};                                                                     \
        assert_int_equal((call), -1);                                                              \
        assert_int_equal(err.kind, wanted_kind);                                                   \
        assert_true(err.what[0] != '\0');                                                          \
    } while (0)

#endif
