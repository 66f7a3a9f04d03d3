// SPDX-License-Identifier: MIT
/* The list of needs: each word both met and not met, with a cause and a cure. */
#include "fsio.h"
#include "host.h"
#include "unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err err;

static void met(void **state)
{
    (void)state;
    assert_ok(host_check("", "make vm-01", &err));
    assert_ok(host_check("tool:sh fs:proc file:/proc/self cpus:1 ns:uts", "make vm-01", &err));
    if (host_is_root())
        assert_ok(host_check("root root|userns", "make vm-01", &err));
}

static void not_met(void **state)
{
    static const char *const needs[] = {"tool:no-such-program", "fs:no-such-fs", "cpus:99999",
        "file:/no/such/file", "ns:no-such-ns", "v1:no_such_subsystem", "v2:no_such_controller",
        "tool:sh file:/no/such"};
    (void)state;
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        assert_err(host_check(needs[i], "make vm-01", &err), ERR_SKIP);
        assert_non_null(strstr(err.hint, "->"));
    }
}

/* In a child: a filter is for ever. */
static void a_filter_that_refuses_clone3(void **state)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    int status;

    (void)state;
    assert_ok(host_check("clone3", "make vm-04", &err));
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){4, filter});
        bool refused = host_check("clone3", "make vm-04", &err) < 0 && err.kind == ERR_SKIP;
        _exit(refused && strstr(err.hint, "-> make vm-04") ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void an_unknown_word_is_a_mistake(void **state)
{
    (void)state;
    assert_err(host_check("rooot", "make vm-01", &err), ERR_USAGE);
}

static void finds_hierarchies(void **state)
{
    char path[PATH_MAX];

    (void)state;
    enum host_cgroups mode = host_cgroups();
    assert_int_equal(host_v2_mount(path), mode == HOST_V2 || mode == HOST_HYBRID);
    if (mode == HOST_V2 || mode == HOST_HYBRID)
        assert_true(fsio_exists(path, "cgroup.controllers"));
    assert_int_equal(host_v1_mount(NULL, path), mode == HOST_V1 || mode == HOST_HYBRID);
    assert_false(host_v1_mount("mem", path)); /* no prefix of a name is taken for the name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(met),
        cmocka_unit_test(not_met),
        cmocka_unit_test(a_filter_that_refuses_clone3),
        cmocka_unit_test(an_unknown_word_is_a_mistake),
        cmocka_unit_test(finds_hierarchies),
    };

    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
