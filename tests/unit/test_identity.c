// SPDX-License-Identifier: MIT
/*
 * Who a process becomes, asked of the kernel by the process itself: each test takes an identity in
 * a forked child, in a mount namespace where that is needed, and looks at what is true of it then.
 */
#include "unit.h"

#include "caps.h"
#include "identity.h"
#include "runtime/identity.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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
