// SPDX-License-Identifier: MIT
/* The words of linux.seccomp that are no rules, those that are none at all, and the right to load.
 */
#include "proc.h"
#include "runtime/seccomp.h"
#include "unit.h"

#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct err err;

static const char *const GETPGID[] = {"getpgid", NULL};

/* The kernel's word about the flags. */
static int install(const struct seccomp *seccomp)
{
    pid_t pid = proc_fork(&err);

    if (pid == 0) {
        int notify;
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        _exit(seccomp_install(seccomp, &notify, &err) < 0);
    }
    return proc_wait(pid, &err);
}

static void flags(void **state)
{
    static const char *const log[] = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", NULL};
    static const char *const none[] = {NULL}, *const wrong[] = {"SECCOMP_FILTER_FLAG_X", NULL};
    struct spec_seccomp spec = {.default_action = "SCMP_ACT_ALLOW", .flags = log};
    struct seccomp seccomp;

    (void)state;
    assert_ok(seccomp_prepare(&spec, NULL, &seccomp, &err));
    assert_int_equal(seccomp.flags, SECCOMP_FILTER_FLAG_LOG);
    assert_int_equal(install(&seccomp), 0);
    seccomp_free(&seccomp);
    spec.flags = none;
    assert_ok(seccomp_prepare(&spec, NULL, &seccomp, &err));
    assert_int_equal(seccomp.flags, 0);
    seccomp_free(&seccomp);
    spec.flags = NULL;
    assert_ok(seccomp_prepare(&spec, NULL, &seccomp, &err));
    assert_int_equal(seccomp.flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    seccomp_free(&seccomp);
    spec.flags = wrong;
    assert_err(seccomp_prepare(&spec, NULL, &seccomp, &err), ERR_USAGE);
    assert_non_null(strstr(err.what, "flags[0]"));
}

static void refuse(struct spec_seccomp spec, const char *place)
{
    struct seccomp seccomp;

    assert_err(seccomp_prepare(&spec, NULL, &seccomp, &err), ERR_USAGE);
    assert_non_null(strstr(err.what, place));
    assert_null(seccomp.filter);
}

static void words_that_nobody_knows_are_refused_with_their_place(void **state)
{
    static const char *const arch[] = {"SCMP_ARCH_PDP11", NULL}, *const send[] = {"sendmsg", NULL};
    struct spec_seccomp_arg arg = {.op = "SCMP_CMP_ABOUT"};
    struct spec_seccomp_rule rule = {GETPGID, "SCMP_ACT_ERRNO", .args = &arg, .args_count = 1};
    struct spec_seccomp spec = {
        .default_action = "SCMP_ACT_ALLOW", .rules = &rule, .rules_count = 1};

    (void)state;
    refuse(spec, "syscalls[0].args[0]");
    arg = (struct spec_seccomp_arg){.index = 6, .op = "SCMP_CMP_EQ"};
    refuse(spec, "args[0].index");
    rule = (struct spec_seccomp_rule){GETPGID, "SCMP_ACT_SHRUG"};
    refuse(spec, "syscalls[0].action: 'SCMP_ACT_SHRUG'");
    rule = (struct spec_seccomp_rule){GETPGID, "SCMP_ACT_KILL", true, 1};
    refuse(spec, "returns no errno");
    rule = (struct spec_seccomp_rule){GETPGID, "SCMP_ACT_NOTIFY"};
    refuse(spec, "without a listenerPath");
    rule.names = send;
    spec.listener_path = "/x";
    refuse(spec, "cannot be the action of sendmsg");
    refuse((struct spec_seccomp){.default_action = "SCMP_ACT_NOTIFY"}, "defaultAction");
    refuse((struct spec_seccomp){.default_action = ""}, "defaultAction");
    refuse((struct spec_seccomp){.default_action = "SCMP_ACT_ALLOW", .architectures = arch},
        "architectures[0]");
}

static void it_can_be_loaded_only_with_the_right(void **state)
{
    struct spec_seccomp spec = {.default_action = "SCMP_ACT_ALLOW"};
    struct seccomp seccomp;
    int notify;

    (void)state;
    assert_ok(seccomp_prepare(&spec, NULL, &seccomp, &err));
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
            _exit(2);
        _exit(seccomp_install(&seccomp, &notify, &err) < 0 && strstr(err.hint, "no_new_privs") ? 0
                                                                                               : 1);
    }
    assert_int_equal(proc_wait(pid, &err), 0);
    seccomp_free(&seccomp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags),
        cmocka_unit_test(words_that_nobody_knows_are_refused_with_their_place),
        cmocka_unit_test(it_can_be_loaded_only_with_the_right),
    };

    return cmocka_run_group_tests_name("seccomp words", tests, NULL, NULL);
}
