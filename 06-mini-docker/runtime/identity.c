// SPDX-License-Identifier: MIT
/*
 * Who the program is: its host name, its directory, and the rights it keeps. Giving up rights comes
 * last of all, since everything before needed them.
 */
#include "stages.h"

#include "ns.h"

#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int stage_names(struct container *container, struct err *err)
{
    const struct spec *spec = container->spec;

    if (spec->hostname) {
        explain_step(
            &container->explain, "sethostname(2); lab 01", "sethostname(\"%s\")", spec->hostname);
        if (sethostname(spec->hostname, strlen(spec->hostname)) < 0)
            return err_sys(err, "cannot set the host name %s", spec->hostname);
    }
    if (!(spec->linux_.namespaces & CLONE_NEWNET))
        return 0;
    explain_step(&container->explain, "netdevice(7); lab 01", "set lo up");
    return ns_loopback_up(err);
}

/* mkdir -p: Docker makes the directory that -w names. */
static int change_directory(const char *cwd, struct err *err)
{
    char path[PATH_MAX];

    if (chdir(cwd) == 0)
        return 0;
    for (size_t end = 1; errno == ENOENT && cwd[end - 1];) {
        end += strcspn(cwd + end, "/");
        snprintf(path, sizeof(path), "%.*s", (int)end, cwd);
        if (mkdir(path, 0755) == 0 || errno == EEXIST)
            errno = ENOENT;
        end++;
    }
    if (chdir(cwd) < 0)
        return err_sys(err, "cannot change to the working directory %s", cwd);
    return 0;
}

static int set_rlimits(const struct spec_process *process, struct err *err)
{
    for (size_t i = 0; i < process->rlimits_count; i++) {
        if (setrlimit((__rlimit_resource_t)process->rlimits[i].type, &process->rlimits[i].limit) <
            0)
            return err_sys(err, "cannot set resource limit %d", process->rlimits[i].type);
    }
    return 0;
}

/* Where an unprivileged user wrote the map, setgroups(2) is denied, and the groups stay. */
static int groups_count(const struct container *container)
{
    const struct spec_linux *l = &container->spec->linux_;

    if (l->namespaces & CLONE_NEWUSER && l->mappings->gids == 1)
        return -1;
    return (int)container->spec->process.user.additional_gids_count;
}

/*
 * A change of user has taken the death signal away (prctl(2)), so it is set again. The parent may
 * have died in between; then its end of the pipe is closed.
 */
static int die_with_parent(const struct container *container, struct err *err)
{
    struct pollfd parent = {.fd = container->sync.in, .events = POLLIN};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return poll(&parent, 1, 0) == 0 ? 0 : err_set(err, ERR_SYS, "the parent is gone");
}

int stage_identity(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    const struct spec_user *user = &process->user;
    const struct explain *explain = &container->explain;

    if (change_directory(process->cwd, err) < 0 || set_rlimits(process, err) < 0)
        return -1;
    /* keys in the caller's keyring are not for the container; a kernel without keyrings has none */
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    explain_step(explain, "capabilities(7)", "keep capabilities %#jx, drop all others; user %u:%u",
        (uintmax_t)process->capabilities.bounding, user->uid, user->gid);
    if (caps_limit(process->capabilities.bounding, err) < 0 ||
        caps_become(&process->capabilities, user->uid, user->gid, user->additional_gids,
            groups_count(container), err) < 0)
        return -1;
    if (process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_sys(err, "cannot set no_new_privs");
    return die_with_parent(container, err);
}
