// SPDX-License-Identifier: MIT
/* Capabilities by name and number, and giving them up in a child: none comes back. */
#include "caps.h"
#include "proc.h"
#include "unit.h"

#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static struct err err;

static void names_and_numbers(void **state)
{
    (void)state;
    assert_int_equal(caps_number("CAP_CHOWN"), CAP_CHOWN);
    assert_int_equal(caps_number("CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
    assert_int_equal(caps_number("CAP_CHECKPOINT_RESTORE"), CAP_CHECKPOINT_RESTORE);
    assert_int_equal(caps_number("CHOWN"), -1);
    assert_int_equal(caps_number(""), -1);
    for (int i = 0; i <= CAP_CHECKPOINT_RESTORE; i++)
        assert_int_equal(caps_number(caps_name(i)), i);
    assert_null(caps_name(-1));
    assert_null(caps_name(63));
}

/* Runs in a child: becomes user 1000 with these sets, and reads them back. */
static int become(const struct caps *wanted, struct caps *ret)
{
    if (caps_limit(wanted->bounding, &err) < 0 ||
        caps_become(wanted, 1000, 1000, NULL, 0, &err) < 0 || caps_read(ret, &err) < 0) {
        err_print(stderr, "child", &err);
        return -1;
    }
    return 0;
}

static void only_what_is_named_is_left(void **state)
{
    uint64_t kept = CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL);
    struct caps wanted = {.bounding = kept, .effective = kept, .permitted = kept}, got;

    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        bool same = become(&wanted, &got) == 0 && got.bounding == kept && got.effective == kept &&
                    got.permitted == kept && got.inheritable == 0 && got.ambient == 0;
        _exit(same && getuid() == 1000 && getgid() == 1000 && setuid(0) < 0 ? 0 : 1);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
}

static void without_any_nothing_works(void **state)
{
    struct caps none = {0}, got;

    (void)state;
    if (geteuid() != 0)
        skip();
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(become(&none, &got) == 0 && got.permitted == 0 && got.bounding == 0 &&
                      mount("none", "/tmp", "tmpfs", 0, NULL) < 0
                  ? 0
                  : 1);
    assert_int_equal(proc_wait(pid, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers),
        cmocka_unit_test(only_what_is_named_is_left),
        cmocka_unit_test(without_any_nothing_works),
    };

    return cmocka_run_group_tests_name("caps", tests, NULL, NULL);
}
