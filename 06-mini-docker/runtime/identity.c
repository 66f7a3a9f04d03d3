// SPDX-License-Identifier: MIT
/*
 * Who the program is: its directory, limits and keys, and the rights it keeps. The order is what
 * makes it sound: each step needs a right that a later one gives up, so the user comes late, the
 * capabilities after it, and no_new_privs last. The filter is loaded while CAP_SYS_ADMIN is there;
 * with no_new_privs it needs none, and is loaded as the very last thing (identity_seal), so that a
 * profile need allow little more than the program itself.
 */
#include "identity.h"

#include "host_proc.h"
#include "identity_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEFAULT_UMASK = 0022 };

/* mkdir -p: Docker makes the directory that -w of run names. *err is set where one cannot be made.
 */
static int make_directory(const char *cwd, struct err *err)
{
    char path[PATH_MAX];
    size_t end = 1;

    while (cwd[end - 1]) {
        end += strcspn(cwd + end, "/");
        snprintf(path, sizeof(path), "%.*s", (int)end, cwd);
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            return err_sys(err, "cannot make the working directory %s", path);
        end++;
    }
    return 0;
}

/*
 * A path such as /proc/self/fd/7 leads through a descriptor to wherever that was opened, out of the
 * root too (CVE-2024-21626). The kernel then says "(unreachable)" before the path, which the C
 * library's getcwd(3) would hide. Source: getcwd(2).
 */
static int check_directory(const char *cwd, struct err *err)
{
    char path[PATH_MAX];

    if (syscall(SYS_getcwd, path, sizeof(path)) > 0 && path[0] == '/')
        return 0;
    err_set(err, ERR_SYS, "the working directory %s is outside of the container", cwd);
    return err_hint(err, "it leads through a descriptor, as /proc/self/fd does -> name a directory "
                         "of the container's root");
}

static int change_directory(const struct identity *identity, struct err *err)
{
    const char *cwd = identity->process->cwd;

    if (chdir(cwd) == 0)
        return check_directory(cwd, err);
    if (identity->makes_directory && errno == ENOENT && make_directory(cwd, err) < 0)
        return -1;
    if (identity->makes_directory && chdir(cwd) == 0)
        return check_directory(cwd, err);
    err_sys(err, "cannot change to the working directory %s", cwd);
    if (identity->makes_directory)
        return -1;
    err->kind = ERR_NOT_EXECUTABLE;
    return err->code == ENOENT
               ? err_hint(err, "the container has no such directory, and an exec makes none -> one "
                               "that is there, or mkdir -p it in there first")
               : -1;
}

/* A score that is right already is left alone: it may be a lower one than we could set ourselves.
 */
static int set_score(const struct identity *identity, struct err *err)
{
    int wanted = identity->process->oom_score_adj, now;

    if (!identity->process->oom_score_adj_given)
        return 0;
    if (identity_read_score(identity->proc_fd, &now, err) < 0)
        return -1;
    return now == wanted ? 0 : identity_write_score(identity->proc_fd, wanted, err);
}

/*
 * Keys in the caller's keyring are not for the container (keyrings(7)). A kernel without keyrings
 * has none to hide (ENOSYS); and what a filter around us refuses (EPERM, as in a container of
 * Docker's), it refuses the program too.
 */
static int join_keyring(const struct identity *identity, struct err *err)
{
    if (!identity->new_keyring || syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 ||
        errno == ENOSYS || errno == EPERM)
        return 0;
    err_sys(err, "cannot make a keyring for the container");
    if (err->code == EDQUOT)
        err_hint(err, "this user has as many keys as kernel.keys.maxkeys allows -> raise it with "
                      "sysctl, or give --no-new-keyring");
    return -1;
}

/* For the exec that follows; the newer of the two files is AppArmor's alone (Linux 5.8). */
static int set_apparmor(const struct identity *identity, struct err *err)
{
    const char *profile = identity->process->apparmor_profile;
    char text[NAME_MAX + 8];

    if (!profile || !profile[0])
        return 0;
    snprintf(text, sizeof(text), "exec %s", profile);
    if (host_proc_write(identity->proc_fd, "self/attr/apparmor/exec", text, err) == 0 ||
        (err->code == ENOENT &&
            host_proc_write(identity->proc_fd, "self/attr/exec", text, err) == 0))
        return 0;
    struct err cause = *err;
    err_set(err, ERR_SYS, "cannot set the AppArmor profile %s: %s", profile, strerror(cause.code));
    if (cause.code == ENOENT)
        return err_hint(err, "no profile of this name is loaded -> apparmor_parser -r FILE");
    return err_hint(err, "maybe this kernel runs without AppArmor (see /sys/module/apparmor) -> "
                         "take process.apparmorProfile out of config.json");
}

bool identity_groups_stay(int proc_fd, pid_t pid)
{
    char name[48] = "self/setgroups", text[8] = "";
    struct err ignored;

    if (pid > 0)
        snprintf(name, sizeof(name), "%d/setgroups", pid);
    cleanup_close int fd = host_proc_file(proc_fd, name, O_RDONLY, &ignored);
    return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strncmp(text, "deny", 4) == 0;
}

static int become_user(const struct identity *identity, struct err *err)
{
    const struct spec_process *process = identity->process;
    const struct spec_user *user = &process->user;
    int groups = identity->single_gid ? -1 : (int)user->additional_gids_count;

    if (caps_limit(process->capabilities.bounding, err) < 0)
        return -1;
    int result = caps_become(
        &process->capabilities, user->uid, user->gid, user->additional_gids, groups, err);
    /* a user namespace that our caller made; few are in one, so nobody else pays for the question
     */
    if (result < 0 && err->code == EPERM && identity_groups_stay(identity->proc_fd, 0))
        result = caps_become(&process->capabilities, user->uid, user->gid, NULL, -1, err);
    if (result == 0)
        return 0;
    if (err->code == EINVAL)
        err_hint(err,
            "the number is not mapped in the user namespace (/proc/self/uid_map, gid_map) "
            "-> map it, or take another");
    return -1;
}

static int load_filter(const struct identity *identity, struct err *err)
{
    cleanup_close int notify = -1;

    if (!identity->seccomp || !identity->seccomp->filter)
        return 0;
    if (seccomp_install(identity->seccomp, &notify, err) < 0)
        return -1;
    if (notify < 0)
        return 0;
    return seccomp_listener_send(identity->seccomp_socket, notify, identity->seccomp_state, err);
}

int identity_take(const struct identity *identity, struct err *err)
{
    const struct spec_process *process = identity->process;
    const struct spec_user *user = &process->user;

    if (set_score(identity, err) < 0 || identity_set_limits(process, err) < 0 ||
        change_directory(identity, err) < 0)
        return -1;
    umask(user->umask_given ? user->umask : DEFAULT_UMASK);
    if (join_keyring(identity, err) < 0 || set_apparmor(identity, err) < 0)
        return -1;
    if (!process->no_new_privileges && load_filter(identity, err) < 0)
        return -1;
    if (become_user(identity, err) < 0)
        return -1;
    if (process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_sys(err, "cannot set no_new_privs");
    return 0;
}

int identity_seal(const struct identity *identity, struct err *err)
{
    return identity->process->no_new_privileges ? load_filter(identity, err) : 0;
}
