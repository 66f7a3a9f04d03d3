// SPDX-License-Identifier: MIT
/*
 * The child's side of an exec. From its first instruction it is in the container's PID namespace,
 * so every process in there may see it, and until its own exec it holds descriptors of the host and
 * the host's rights. What guards it: it is not dumpable, so nobody can look into it or at its
 * descriptors; it looks at no path of the container without a check; and all namespaces come in one
 * call, so that it is never half inside.
 */
#include "enter_internal.h"

#include "home.h"
#include "hooks.h"
#include "identity.h"
#include "names.h"
#include "namespaces.h"
#include "terminal.h"

#include "cleanup.h"
#include "exec.h"
#include "ns.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* v2: it was born there. */
static int join_groups(struct entry *entry, struct err *err)
{
    if (entry->group.absent || entry->group.fd >= 0)
        return 0;
    explain_step(&entry->enter->explain, "cgroups(7); lab 02", "write 0 to each hierarchy's tasks");
    return cgroup_join(&entry->group, err);
}

static int enter_namespaces(struct entry *entry, struct err *err)
{
    char names[NS_FLAGS_TEXT];

    explain_step(&entry->enter->explain, "setns(2); lab 01", "setns(pidfd, %s)",
        ns_flags_text(entry->namespaces, names));
    if (ns_enter(entry->container, entry->namespaces, err) < 0)
        return -1;
    if (entry->root >= 0 && (fchdir(entry->root) < 0 || chroot(".") < 0))
        return err_sys(err, "cannot enter the container's root");
    if (entry->different & CLONE_NEWUSER)
        namespaces_become_root();
    return 0;
}

static int take_stdio(const struct enter *enter, struct err *err)
{
    if (setsid() < 0)
        return err_sys(err, "cannot begin a session");
    if (enter->spec->process.terminal)
        return terminal_take(&enter->spec->process, enter->console_socket, err);
    for (int i = 0; i <= 2; i++) {
        if (enter->stdio[i] != i && dup2(enter->stdio[i], i) < 0)
            return err_sys(err, "cannot pass on descriptor %d", i);
    }
    return 0;
}

/*
 * The death signal was for the time of setting up, and a change of user takes it away: so from here
 * on there is none, and if the parent has died before, its end of the pipe tells.
 */
static int stand_alone(const struct entry *entry, struct err *err)
{
    struct pollfd parent = {.fd = entry->sync.in, .events = POLLIN};

    if (prctl(PR_SET_PDEATHSIG, 0) < 0)
        return err_sys(err, "cannot outlive the command that starts the process");
    return poll(&parent, 1, 0) == 0 ? 0 : err_set(err, ERR_SYS, "the parent is gone");
}

/* For who answers the calls that the filter reports. */
static char *describe(const struct entry *entry)
{
    const struct state *state = entry->enter->state;
    const struct hooks_state told = {.id = state->id,
        .status = "running",
        .bundle = state->bundle,
        .pid = state->pid,
        .spec = entry->enter->spec};

    if (entry->seccomp_socket < 0)
        return NULL;
    return hooks_process_state(
        &told, entry->proc, entry->enter->spec->linux_.seccomp->listener_metadata);
}

static int become_program(struct entry *entry, struct err *err)
{
    const struct enter *enter = entry->enter;
    const struct spec_process *process = &enter->spec->process;
    cleanup_free char *described = describe(entry);
    struct identity identity = {
        .process = process,
        .seccomp = enter->seccomp,
        .seccomp_state = described,
        .seccomp_socket = entry->seccomp_socket,
        .single_gid = entry->single_gid,
        .new_keyring = true,
        .proc_fd = entry->proc,
    };

    /* before the filter, which may know of neither call */
    exec_reset_signals();
    if (syscall(SYS_close_range, 3 + enter->preserve_fds, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return err_sys(err, "cannot mark the open files as close-on-exec (Linux 5.11)");
    char *const *environment = home_environment(process, 0, err);
    if (!environment || identity_take(&identity, err) < 0 || stand_alone(entry, err) < 0)
        return -1;
    explain_step(&enter->explain, "execve(2); lab 04", "execve %s", process->args[0]);
    /* as in stage_identity */
    if (sync_signal(&entry->sync, err) < 0 || identity_seal(&identity, err) < 0)
        return -1;
    return exec_program(process->args, environment, spec_env(process, "PATH"), err);
}

int enter_child_main(void *arg)
{
    struct entry *entry = arg;
    struct err err;

    sync_child(&entry->sync);
    if (sync_wait(&entry->sync, &err) == 0 && join_groups(entry, &err) == 0 &&
        enter_namespaces(entry, &err) == 0 &&
        names_set_personality(&entry->enter->spec->linux_, &err) == 0 &&
        take_stdio(entry->enter, &err) == 0)
        become_program(entry, &err);
    sync_fail(&entry->sync, &err);
    return 1;
}
