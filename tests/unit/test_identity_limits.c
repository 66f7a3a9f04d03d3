// SPDX-License-Identifier: MIT
/*
 * What a process is limited to before it becomes the program: its resource limits and its score for
 * the OOM killer, of which the parent does a part where the child may not.
 */
#include "unit.h"

#include "caps.h"
#include "cleanup.h"
#include "identity.h"
#include "runtime/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/prctl.h>

static int score(void)
{
    char text[16] = "";
    cleanup_close int fd = open("/proc/self/oom_score_adj", O_RDONLY);

    return read(fd, text, sizeof(text) - 1) > 0 ? atoi(text) : -1;
}
static bool score_is_321(void)
{
    return score() == 321;
}

/* An ordinary user's process that is not dumpable does not own its own score. */
static int lend_as_user(const struct spec_process *process)
{
    int before;

    if (setresuid(65534, 65534, 65534) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
        open("/proc/self/oom_score_adj", O_WRONLY) >= 0)
        return 1;
    return identity_score_lend(process, &before, &err) == 0 && score() == 321 ? 0 : 2;
}

static void score_is_set_and_lent(void **state)
{
    struct spec_process process = {.oom_score_adj_given = true, .oom_score_adj = 321};
    int before = -1, mine = score();

    (void)state;
    try(&(struct trial){.process = process, .holds = score_is_321});
    assert_int_equal(score(), mine);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 0), 0);
    assert_ok(identity_score_lend(&process, &before, &err));
    assert_int_equal(before, mine);
    assert_int_equal(score(), 321);
    assert_ok(identity_score_back(&process, before, &err));
    assert_int_equal(score(), mine);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    prctl(PR_SET_DUMPABLE, 1);
    if (geteuid() != 0)
        return;
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(lend_as_user(&process));
    assert_int_equal(proc_wait(pid, &err), 0);
}

static bool files_are_32_of_64(void)
{
    struct rlimit now;

    return getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 32 && now.rlim_max == 64;
}
static bool few_files_without_the_right(void)
{
    struct caps none = {0};
    struct rlimit few = {128, 128};

    return setrlimit(RLIMIT_NOFILE, &few) == 0 && caps_become(&none, 0, 0, NULL, -1, &err) == 0;
}

static void limits_are_set_or_named(void **state)
{
    struct spec_rlimit lower = {.type = RLIMIT_NOFILE, .limit = {32, 64}};
    struct spec_rlimit higher = {.type = RLIMIT_NOFILE, .limit = {32, 4096}};
    struct spec_rlimit wrong = {.type = RLIMIT_NOFILE, .limit = {33, 32}};
    struct trial trial = {.process = {.rlimits = &lower, .rlimits_count = 1}};

    (void)state;
    trial.holds = files_are_32_of_64;
    try(&trial);
    trial.process.rlimits = &higher;
    trial.before = few_files_without_the_right;
    trial.error = "cannot set RLIMIT_NOFILE to 32 (soft) and 4096 (hard)";
    try(&trial);
    trial.error = "128 at most";
    try(&trial);
    trial.process.rlimits = &wrong;
    trial.before = NULL;
    trial.error = "soft <= hard";
    try(&trial);
}

/* The parent's part touches the hard limit alone, and only where it is too low. */
static void hard_limits_are_raised_from_outside(void **state)
{
    struct spec_rlimit wanted = {.type = RLIMIT_CORE, .limit = {1, 0}};
    struct spec_process process = {.rlimits = &wanted, .rlimits_count = 1};
    struct rlimit mine, now;

    (void)state;
    getrlimit(RLIMIT_CORE, &mine);
    assert_ok(identity_raise_limits(getpid(), &process, &err));
    getrlimit(RLIMIT_CORE, &now);
    assert_memory_equal(&mine, &now, sizeof(now));
    struct rlimit low = {5, 7};
    pid_t pid = proc_fork(&err);
    if (pid == 0) {
        wanted.limit.rlim_max = 100;
        setrlimit(RLIMIT_CORE, &low);
        if (identity_raise_limits(getpid(), &process, &err) < 0)
            _exit(err.code == EPERM ? 77 : 1); /* without CAP_SYS_RESOURCE it is refused */
        getrlimit(RLIMIT_CORE, &now);
        _exit(now.rlim_cur == 5 && now.rlim_max == 100 ? 0 : 2);
    }
    int status = proc_wait(pid, &err);
    struct caps caps;
    assert_ok(caps_read(&caps, &err));
    assert_int_equal(status, caps.effective & CAPS_BIT(CAP_SYS_RESOURCE) ? 0 : 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(score_is_set_and_lent),
        cmocka_unit_test(limits_are_set_or_named),
        cmocka_unit_test(hard_limits_are_raised_from_outside),
    };

    return cmocka_run_group_tests_name("identity_limits", tests, NULL, NULL);
}
