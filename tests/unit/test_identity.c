// SPDX-License-Identifier: MIT
/*
 * Who a process becomes, asked of the kernel by the process itself: each test takes an identity in
 * a forked child, in a mount namespace where that is needed, and looks at what is true of it then.
 */
#include "caps.h"
#include "cleanup.h"
#include "proc.h"
#include "runtime/host_proc.h"
#include "runtime/identity.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static struct err err;

/* What a test gives, and what it looks at in the child, where true ends it with 0. */
struct trial {
    struct spec_process process;
    bool (*before)(void);
    bool (*holds)(void);
    const char *error; /* NULL: identity_take must succeed; else a part of what it says */
};

static int take(const struct trial *trial)
{
    struct identity identity = {
        .process = &trial->process, .seccomp_socket = -1, .new_keyring = true};

    if (host_proc_open(&identity.proc_fd, &err) < 0 || (trial->before && !trial->before()))
        return 1;
    int result = identity_take(&identity, &err);
    if (result == 0)
        result = identity_seal(&identity, &err);
    if (trial->error)
        return result < 0 && (strstr(err.what, trial->error) || strstr(err.hint, trial->error)) ? 0
                                                                                                : 2;
    if (result < 0)
        err_print(stderr, "child", &err);
    return result == 0 && trial->holds() ? 0 : 3;
}

static void try(struct trial *trial)
{
    if (geteuid() != 0)
        skip();
    if (!trial->process.cwd)
        trial->process.cwd = "/";
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(take(trial));
    assert_int_equal(proc_wait(pid, &err), 0);
}

static bool umask_is(mode_t wanted)
{
    return umask(0) == wanted;
}
static bool umask_is_022(void)
{
    return umask_is(022);
}
static bool umask_is_0177(void)
{
    return umask_is(0177);
}
static bool open_umask(void)
{
    return umask(0) != 0777;
}

static void umask_is_the_specs_or_022(void **state)
{
    (void)state;
    try(&(struct trial){.before = open_umask, .holds = umask_is_022});
    try(&(struct trial){
        .process.user = {.umask_given = true, .umask = 0177}, .holds = umask_is_0177});
}

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

static char dir[] = "/tmp/test-identity-XXXXXX";

static bool is_new_directory(void)
{
    char path[64], now[64];

    snprintf(path, sizeof(path), "%s/a/b", dir);
    return getcwd(now, sizeof(now)) && strcmp(path, now) == 0;
}

/* A descriptor of the host stays open over the change of the root: number 9. */
static bool leak_a_directory(void)
{
    int fd = open("/usr", O_RDONLY | O_DIRECTORY);

    return dup2(fd, 9) == 9 && unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", dir, "tmpfs", 0, NULL) == 0 && chdir(dir) == 0 &&
           mkdir("proc", 0755) == 0 && mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) == 0 &&
           chroot(".") == 0;
}
static bool nothing(void)
{
    return true;
}

static void directory_is_made_and_inside(void **state)
{
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "%s/a/b", dir);
    try(&(struct trial){.process.cwd = path, .holds = is_new_directory});
    try(&(struct trial){.process.cwd = "/etc/passwd/x", .error = "cannot change to the working"});
    try(&(struct trial){
        .process.cwd = "/proc/x", .error = "cannot make the working directory /proc/x"});
    try(&(struct trial){.process.cwd = "/proc/self/fd/9",
        .before = leak_a_directory,
        .error = "outside of the container"});
    try(&(struct trial){.process.cwd = "/proc", .before = leak_a_directory, .holds = nothing});
}

static int session(void)
{
    return (int)syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
}
static int session_before;
static bool know_session(void)
{
    session_before = session();
    return session_before > 0;
}
static bool other_session(void)
{
    return session() > 0 && session() != session_before;
}

static void keyring_is_new(void **state)
{
    (void)state;
    if (session() < 0)
        skip();
    try(&(struct trial){.before = know_session, .holds = other_session});
}

static void apparmor_is_never_left_out_in_silence(void **state)
{
    (void)state;
    if (access("/sys/module/apparmor", F_OK) == 0)
        skip();
    try(&(struct trial){
        .process.apparmor_profile = "docker-default", .error = "AppArmor profile docker-default"});
}

#define CHOWN  CAPS_BIT(CAP_CHOWN)
#define FOWNER CAPS_BIT(CAP_FOWNER)
#define FSETID CAPS_BIT(CAP_FSETID)

static bool user_has_what_was_left(void)
{
    struct caps caps;
    gid_t groups[3];

    return getuid() == 1000 && getgid() == 1001 && getgroups(3, groups) == 1 && groups[0] == 1002 &&
           caps_read(&caps, &err) == 0 && caps.bounding == (CHOWN | FOWNER) &&
           caps.effective == (CHOWN | FSETID) && caps.permitted == (CHOWN | FSETID) &&
           caps.inheritable == (CHOWN | FOWNER) && caps.ambient == CHOWN &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
static bool no_kill(void)
{
    struct caps some;

    if (caps_read(&some, &err) < 0)
        return false;
    some.permitted = some.effective &= ~CAPS_BIT(CAP_KILL);
    return caps_become(&some, 0, 0, NULL, -1, &err) == 0;
}

/* CAP_KILL is asked for and cannot be had; two are ambient without what that needs. */
static void user_groups_and_capabilities(void **state)
{
    static const gid_t group = 1002;
    uint64_t wanted = CHOWN | CAPS_BIT(CAP_KILL);

    (void)state;
    try(&(struct trial){.process = {.user = {.uid = 1000,
                                        .gid = 1001,
                                        .additional_gids = &group,
                                        .additional_gids_count = 1},
                            .capabilities = {.bounding = CHOWN | FOWNER,
                                .effective = wanted | FSETID,
                                .permitted = wanted | FSETID,
                                .inheritable = CHOWN | FOWNER,
                                .ambient = wanted | FOWNER | FSETID},
                            .no_new_privileges = true},
        .before = no_kill,
        .holds = user_has_what_was_left});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(umask_is_the_specs_or_022),
        cmocka_unit_test(score_is_set_and_lent),
        cmocka_unit_test(limits_are_set_or_named),
        cmocka_unit_test(hard_limits_are_raised_from_outside),
        cmocka_unit_test(directory_is_made_and_inside),
        cmocka_unit_test(keyring_is_new),
        cmocka_unit_test(apparmor_is_never_left_out_in_silence),
        cmocka_unit_test(user_groups_and_capabilities),
    };

    if (!mkdtemp(dir))
        return 1;
    int failed = cmocka_run_group_tests_name("identity", tests, NULL, NULL);
    char path[64];
    snprintf(path, sizeof(path), "%s/a/b", dir);
    rmdir(path);
    snprintf(path, sizeof(path), "%s/a", dir);
    rmdir(path);
    rmdir(dir);
    return failed;
}
