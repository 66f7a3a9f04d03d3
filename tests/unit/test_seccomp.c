// SPDX-License-Identifier: MIT
/*
 * Filters, tried on the kernel: each test compiles one, a forked child loads it and makes the call,
 * and what comes back is looked at. The call is getpgid(2), which nothing else here makes.
 */
#include "proc.h"
#include "runtime/seccomp.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What a child ends with: an errno, 0 for success, and these. */
enum { TRAPPED = 200, NOT_LOADED = 201, KILLED = 128 + SIGSYS, MARK = 77, FUTURE = 2000 };

static struct err err;

static const char *const GETPGID[] = {"getpgid", NULL};

static void trapped(int signal)
{
    (void)signal;
    _exit(TRAPPED);
}

/* Load it, make the call, and end with what it said. */
static int outcome(const struct seccomp *seccomp, long (*call)(long), long arg)
{
    pid_t pid = proc_fork(&err);

    if (pid == 0) {
        int notify;
        signal(SIGSYS, trapped);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            seccomp_install(seccomp, &notify, &err) < 0)
            _exit(NOT_LOADED);
        _exit(call(arg) < 0 ? errno : 0);
    }
    return proc_wait(pid, &err);
}

static long getpgid_of(long pid)
{
    return syscall(SYS_getpgid, pid);
}
static long any(long number)
{
    return syscall(number, 0, 0, 0, 0, 0, 0);
}

static int try_with(const struct spec_seccomp *spec, long (*call)(long), long arg)
{
    struct seccomp seccomp;

    assert_ok(seccomp_prepare(spec, NULL, &seccomp, &err));
    int got = outcome(&seccomp, call, arg);
    seccomp_free(&seccomp);
    return got;
}

/* All is allowed but for one rule. */
static int try(const struct spec_seccomp_rule *rule, long (*call)(long), long arg)
{
    const struct spec_seccomp spec = {
        .default_action = "SCMP_ACT_ALLOW", .rules = rule, .rules_count = 1};

    return try_with(&spec, call, arg);
}

static int act(const char *action, bool errno_given, unsigned errno_ret)
{
    struct spec_seccomp_rule rule = {GETPGID, action, errno_given, errno_ret};

    return try(&rule, getpgid_of, 0);
}

static void actions(void **state)
{
    (void)state;
    assert_int_equal(act("SCMP_ACT_ALLOW", false, 0), 0);
    assert_int_equal(act("SCMP_ACT_LOG", false, 0), 0);
    assert_int_equal(act("SCMP_ACT_ERRNO", false, 0), EPERM);
    assert_int_equal(act("SCMP_ACT_ERRNO", true, MARK), MARK);
    assert_int_equal(act("SCMP_ACT_ERRNO", true, 0), 0);
    assert_int_equal(act("SCMP_ACT_KILL", false, 0), KILLED);
    assert_int_equal(act("SCMP_ACT_KILL_THREAD", false, 0), KILLED);
    assert_int_equal(act("SCMP_ACT_KILL_PROCESS", false, 0), KILLED);
    assert_int_equal(act("SCMP_ACT_TRAP", false, 0), TRAPPED);
    assert_int_equal(act("SCMP_ACT_TRACE", true, 5), ENOSYS); /* there is no tracer */
}

static void none_and_empty(void **state)
{
    struct spec_seccomp spec = {.default_action = "SCMP_ACT_ALLOW"};
    struct seccomp seccomp;

    (void)state;
    assert_ok(seccomp_prepare(NULL, NULL, &seccomp, &err));
    assert_null(seccomp.filter);
    seccomp_free(&seccomp);
    assert_int_equal(try_with(&spec, getpgid_of, 0), 0);
    assert_int_equal(try_with(&spec, any, SYS_getuid), 0);
}

static int test_of(const char *op, uint64_t value, uint64_t value_two, long arg)
{
    struct spec_seccomp_arg test = {.index = 0, .value = value, .value_two = value_two, .op = op};
    struct spec_seccomp_rule rule = {GETPGID, "SCMP_ACT_ERRNO", true, MARK, &test, 1};

    return try(&rule, getpgid_of, arg) == MARK;
}

static void comparisons(void **state)
{
    static const struct {
        const char *op;
        uint64_t value, value_two;
        long yes, no;
    } tests[] = {
        {"SCMP_CMP_NE", 5, 0, 6, 5},
        {"SCMP_CMP_LT", 5, 0, 4, 5},
        {"SCMP_CMP_LE", 5, 0, 5, 6},
        {"SCMP_CMP_EQ", 5, 0, 5, 4},
        {"SCMP_CMP_EQ", 5L << 32 | 5, 0, 5L << 32 | 5, 5},
        {"SCMP_CMP_GE", 5, 0, 5, 4},
        {"SCMP_CMP_GT", 5, 0, 6, 5},
        {"SCMP_CMP_GT", 5, 0, -1, 5},
        {"SCMP_CMP_MASKED_EQ", 0xf0, 0x30, 0x3f, 0x43},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        assert_true(test_of(tests[i].op, tests[i].value, tests[i].value_two, tests[i].yes));
        assert_false(test_of(tests[i].op, tests[i].value, tests[i].value_two, tests[i].no));
    }
}

static long dup_both(long arg)
{
    return syscall(SYS_dup3, arg & 0xff, arg >> 8, 0);
}

/* Of several arguments all must hold; two tests of one argument are two rules, as with runc. */
static void several_tests(void **state)
{
    static const char *const dup3_name[] = {"dup3", NULL};
    struct spec_seccomp_arg both[] = {{.index = 0, .value = 100, .op = "SCMP_CMP_EQ"},
        {.index = 1, .value = 101, .op = "SCMP_CMP_EQ"}};
    struct spec_seccomp_rule rule = {dup3_name, "SCMP_ACT_ERRNO", true, MARK, both, 2};

    (void)state;
    assert_int_equal(try(&rule, dup_both, 100 | 101 << 8), MARK);
    assert_int_equal(try(&rule, dup_both, 100 | 102 << 8), EBADF);
    assert_int_equal(try(&rule, dup_both, 99 | 101 << 8), EBADF);
    both[1].index = 0;
    assert_int_equal(try(&rule, dup_both, 100 | 109 << 8), MARK);
    assert_int_equal(try(&rule, dup_both, 101 | 109 << 8), MARK);
    assert_int_equal(try(&rule, dup_both, 102 | 109 << 8), EBADF);
}

/* An allow list, as Docker's is; what it does not name is one of two things. */
static int try_list(const char *action, bool errno_given, unsigned errno_ret, long number)
{
    static const char *const names[] = {
        "exit_group", "getuid", "a_call_that_nobody_has", "faccessat2", "write", NULL};
    static const struct spec_seccomp_rule rule = {names, "SCMP_ACT_ALLOW"};
    struct spec_seccomp spec = {
        .default_action = action,
        .default_errno_given = errno_given,
        .default_errno = errno_ret,
        .rules = &rule,
        .rules_count = 1,
    };

    return try_with(&spec, any, number);
}

static void a_call_newer_than_the_profile_is_none(void **state)
{
    (void)state;
    assert_int_equal(try_list("SCMP_ACT_ERRNO", false, 0, SYS_getuid), 0);
    assert_int_equal(try_list("SCMP_ACT_ERRNO", false, 0, SYS_getpgid), EPERM);
    assert_int_equal(try_list("SCMP_ACT_ERRNO", true, MARK, SYS_getpgid), MARK);
    assert_int_equal(try_list("SCMP_ACT_ERRNO", false, 0, SYS_faccessat2 + 1), ENOSYS);
    assert_int_equal(try_list("SCMP_ACT_ERRNO", false, 0, FUTURE), ENOSYS);
    assert_int_equal(try_list("SCMP_ACT_KILL_PROCESS", false, 0, SYS_getpgid), KILLED);
    assert_int_equal(try_list("SCMP_ACT_KILL_PROCESS", false, 0, FUTURE), ENOSYS);
    assert_int_equal(try_list("SCMP_ACT_LOG", false, 0, SYS_faccessat2 + 1), EBADF); /* made */
}

#ifdef __x86_64__
enum { GETPGID_32 = 132, EXIT_GROUP_32 = 252, X32 = 0x40000000 };

static long call_32(long number)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0) : "memory");
    errno = (int)-result;
    return (int)result;
}

static int try_architectures(const char *const *words, long (*call)(long), long number)
{
    static const struct spec_seccomp_rule rule = {GETPGID, "SCMP_ACT_ERRNO", true, MARK};
    struct spec_seccomp spec = {.default_action = "SCMP_ACT_ALLOW",
        .architectures = words,
        .rules = &rule,
        .rules_count = 1};

    return try_with(&spec, call, number);
}

static void architectures(void **state)
{
    static const char *const native[] = {"SCMP_ARCH_X86_64", NULL};
    static const char *const all[] = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL};

    (void)state;
    assert_int_equal(try_architectures(NULL, any, SYS_getpgid), MARK);
    assert_int_equal(try_architectures(native, any, SYS_getpgid), MARK);
    assert_int_equal(try_architectures(all, any, SYS_getpgid), MARK);
    /* the other tables of numbers are no way around the filter */
    assert_int_equal(try_architectures(native, any, SYS_getpgid | X32), KILLED);
    assert_int_equal(try_architectures(all, any, SYS_getpgid | X32), MARK);
    assert_int_equal(try_architectures(native, call_32, GETPGID_32), KILLED);
    assert_int_equal(try_architectures(all, call_32, GETPGID_32), MARK);
}

/* The numbers of each table have an end of their own. */
static void newer_calls_of_each_architecture(void **state)
{
    static const char *const all[] = {"SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL};
    static const char *const native[] = {NULL};
    static const char *const names[] = {"exit_group", "getuid", NULL};
    static const struct spec_seccomp_rule rule = {names, "SCMP_ACT_ALLOW"};
    struct spec_seccomp spec = {
        .default_action = "SCMP_ACT_ERRNO", .architectures = all, .rules = &rule, .rules_count = 1};

    (void)state;
    assert_int_equal(try_with(&spec, any, SYS_getuid), 0);
    assert_int_equal(try_with(&spec, any, SYS_getpgid), EPERM);
    assert_int_equal(try_with(&spec, any, SYS_exit_group + 1), ENOSYS);
    assert_int_equal(try_with(&spec, any, SYS_getpgid | X32), EPERM);
    assert_int_equal(try_with(&spec, any, (SYS_exit_group + 1) | X32), ENOSYS);
    assert_int_equal(try_with(&spec, call_32, GETPGID_32), EPERM);
    assert_int_equal(try_with(&spec, call_32, EXIT_GROUP_32 + 1), ENOSYS);
    spec.architectures = native;
    assert_int_equal(try_with(&spec, any, SYS_getuid | X32), KILLED);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions),
        cmocka_unit_test(none_and_empty),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(several_tests),
        cmocka_unit_test(a_call_newer_than_the_profile_is_none),
#ifdef __x86_64__
        cmocka_unit_test(architectures),
        cmocka_unit_test(newer_calls_of_each_architecture),
#endif
    };

    return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}
