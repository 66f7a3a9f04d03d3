// SPDX-License-Identifier: MIT
/*
 * The container's first process, from clone3 to the program. It is already in the new namespaces,
 * and from here it builds the rest around itself, stage by stage. An error of any stage goes to the
 * parent through the pipe, whole, and is printed there; a successful exec closes the pipe, and that
 * is how the parent knows.
 */
#include "child.h"

#include "home.h"
#include "host_proc.h"
#include "identity.h"
#include "init.h"
#include "stages.h"

#include "cleanup.h"
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Those that exist already, and those that were left to us; the rest came with the clone. */
static int join_namespaces(struct container *container, struct err *err)
{
    char names[NS_FLAGS_TEXT];

    if (container->namespaces.later)
        explain_step(&container->explain, "unshare(2); lab 01", "unshare(%s)",
            ns_flags_text(container->namespaces.later, names));
    if (namespaces_join(&container->namespaces, err) < 0)
        return -1;
    return container->namespaces.later && container->prepare ? sync_signal(&container->sync, err)
                                                             : 0;
}

/* All is mounted and nothing is hidden yet: the parent runs its hooks now, and we run ours. */
static int stop_for_hooks(struct container *container, struct err *err)
{
    if (!container_has_early_hooks(container))
        return 0;
    if (sync_signal(&container->sync, err) < 0 || sync_wait(&container->sync, err) < 0)
        return -1;
    container->hooks_state.pid = getpid();
    return hooks_run(container->spec, HOOK_CREATE_CONTAINER, &container->hooks_state, err);
}

/*
 * Nothing of ours is to stay, signals and descriptors: nothing of the host may be reached through
 * one that somebody left open. It comes before the filter, which may know of neither call.
 */
static int leave_nothing(struct container *container, struct err *err)
{
    exec_reset_signals();
    if (syscall(SYS_close_range, 3 + container->preserve_fds, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return err_sys(err, "cannot mark the open files as close-on-exec (Linux 5.11)");
    return 0;
}

/* Before the rights go, and the filter comes. */
static int find_home(struct container *container, struct err *err)
{
    container->environment =
        home_environment(&container->spec->process, container->listen_fds, err);
    return container->environment ? 0 : -1;
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

/* For who answers the calls that the filter reports; NULL where nobody does. */
static char *describe(const struct container *container)
{
    if (container->seccomp_socket < 0)
        return NULL;
    return hooks_process_state(&container->hooks_state, container->proc_fd,
        container->spec->linux_.seccomp->listener_metadata);
}

static int stage_identity(struct container *container, struct err *err)
{
    cleanup_free char *described = describe(container);
    const struct spec_process *process = &container->spec->process;
    const struct spec_linux *l = &container->spec->linux_;
    struct identity identity = {
        .process = process,
        .seccomp = container->seccomp,
        .seccomp_state = described,
        .seccomp_socket = container->seccomp_socket,
        .single_gid = l->mappings && l->mappings->gids == 1,
        .new_keyring = !container->keep_keyring,
        .makes_directory = true,
        .proc_fd = container->proc_fd,
    };

    explain_step(&container->explain, "capabilities(7)",
        "keep capabilities %#jx, drop all others; user %u:%u",
        (uintmax_t)process->capabilities.bounding, process->user.uid, process->user.gid);
    if (identity_take(&identity, err) < 0 || die_with_parent(container, err) < 0)
        return -1;
    /* one that is killed up to here would look like one whose exec closed the pipe; not later,
     * since the filter may know of no write(2) */
    if (container->hold.in < 0 && sync_signal(&container->sync, err) < 0)
        return -1;
    return identity_seal(&identity, err);
}

/*
 * Each needs what the ones before it did; the reasons are in their files. What needs no group comes
 * before the first that does (groups_join), for an early child waits there.
 */
static int (*const STAGES[])(struct container *container, struct err *err) = {
    join_namespaces,
    stage_names,
    stage_groups,
    stage_root,
    stage_mounts,
    stage_devices,
    stage_console,
    stage_masks,
    groups_join,
    stage_sysctl,
    stop_for_hooks,
    stage_pivot,
    find_home,
    leave_nothing,
    stage_identity,
};

/*
 * --init: PID 1 is mini-docker once more, as `init` (init.c), and that starts the program. It is
 * executed by descriptor, since no path leads to it from here (lab 04, /proc/self/exe). Signals
 * wait for it: one that reaches PID 1 unblocked, and without a handler, is thrown away.
 */
static int become_init(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    size_t count = 0;
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    while (process->args[count])
        count++;
    char *argv[count + 4];
    argv[0] = "mini-docker";
    argv[1] = "init";
    argv[2] = "--";
    memcpy(argv + 3, process->args, (count + 1) * sizeof(*argv));
    explain_step(&container->explain, "execveat(2); lab 04", "execveat /proc/self/exe init");
    execveat(container->self_fd, "", argv, container->environment, AT_EMPTY_PATH);
    if (errno != ENOENT)
        return err_sys(err, "cannot execute ourselves as init");
    /* linked dynamically, and this root has no loader for us: stay as we are, and be init */
    sync_close(&container->sync);
    prctl(PR_SET_NAME, argv[0]);
    environ = (char **)container->environment;
    _exit(init_main(process->args, err));
}

/*
 * Wait for `start`. Until now this process would have died with the command that made it; from here
 * on it stands by itself. What goes wrong later is told to whoever says `start`.
 */
static int wait_for_start(struct container *container, struct err *err)
{
    if (container->outlives && prctl(PR_SET_PDEATHSIG, 0) < 0)
        return err_sys(err, "cannot outlive the command that makes the container");
    if (container->hold.in < 0)
        return 0;
    if (sync_signal(&container->sync, err) < 0)
        return -1;
    sync_close(&container->sync);
    container->sync = container->hold;
    container->hold = (struct sync)SYNC_NONE;
    return sync_wait(&container->sync, err);
}

static int become_program(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;

    if (container->init)
        return become_init(container, err);
    explain_step(&container->explain, "execve(2); labs 04, 05",
        "execve %s: from here on it is the program", process->args[0]);
    return exec_program(process->args, container->environment, spec_env(process, "PATH"), err);
}

/* Descriptors of the host's side, opened while its root is still ours. */
static int open_host(struct container *container, struct err *err)
{
    container->self_fd = container->init ? open("/proc/self/exe", O_PATH | O_CLOEXEC) : -1;
    if (host_proc_open(&container->proc_fd, err) < 0)
        return -1;
    if (!container->seccomp || !container->seccomp->notify)
        return 0;
    return seccomp_listener_connect(
        container->spec->linux_.seccomp, &container->seccomp_socket, err);
}

static int build(struct container *container, struct err *err)
{
    const struct spec_process *process = &container->spec->process;

    if (!container->early && sync_wait(&container->sync, err) < 0)
        return -1;
    if (open_host(container, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(STAGES) / sizeof(STAGES[0]); i++) {
        if (STAGES[i](container, err) < 0)
            return -1;
    }
    if (container->hold.in >= 0 && exec_check(process->args[0], spec_env(process, "PATH"), err) < 0)
        return -1;
    if (wait_for_start(container, err) < 0)
        return -1;
    container->hooks_state.pid = getpid();
    container->hooks_state.status = "created";
    if (container->hooks_state.id &&
        hooks_run(container->spec, HOOK_START_CONTAINER, &container->hooks_state, err) < 0)
        return -1;
    return become_program(container, err);
}

int child_main(void *arg)
{
    struct container *container = arg;
    struct err err;

    container->explain.who = "pid 1";
    close_fd(&container->lock);
    sync_child(&container->sync);
    if (build(container, &err) < 0)
        sync_fail(&container->sync, &err);
    return 1;
}
