// SPDX-License-Identifier: MIT
/*
 * The parent's side of an exec. All that the child needs of the host is opened here, before there
 * is a child: it is born in the container's PID namespace, and from then on a process inside could
 * look at it, were it dumpable (CVE-2016-9962; self.h).
 *
 * What must hold: the pidfd is the container's first process and no other that got its pid, and
 * every namespace is taken through it. When that process ends meanwhile, the kernel refuses to let
 * anyone in; and a child that was let in already ends with the PID namespace. A child that dies
 * before its exec would look like one whose exec succeeded, so that is checked in the end.
 */
#include "enter_internal.h"

#include "host_proc.h"
#include "identity.h"
#include "step.h"

#include "cleanup.h"
#include "ns.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int check_status(const struct enter *enter, struct err *err)
{
    const struct state *state = enter->state;
    enum state_status status = state_status(state);

    if (status == STATE_RUNNING || status == STATE_CREATED ||
        (status == STATE_PAUSED && enter->even_paused))
        return 0;
    err_set(err, ERR_SYS, "cannot exec in container %s: it is %s", state->id,
        state_status_name(status));
    return err_hint(err, status == STATE_PAUSED
                             ? "it would stop at once, as all in there -> resume, "
                               "or --ignore-paused"
                             : "container not running -> start it first");
}

/* Without a mount namespace of its own it has a chroot(2), which setns does not follow. */
static int open_root(struct entry *entry, struct err *err)
{
    char path[48];

    if (entry->different & CLONE_NEWNS)
        return 0;
    snprintf(path, sizeof(path), "/proc/%d/root", entry->enter->state->pid);
    entry->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return entry->root < 0 ? err_sys(err, "cannot open the container's root %s", path) : 0;
}

static int open_all(struct entry *entry, struct err *err)
{
    const struct state *state = entry->enter->state;
    const struct seccomp *seccomp = entry->enter->seccomp;

    if (state_pidfd(state, &entry->container, err) < 0 || host_proc_open(&entry->proc, err) < 0 ||
        ns_different(state->pid, &entry->different, err) < 0 || open_root(entry, err) < 0)
        return -1;
    entry->namespaces = entry->different & ~CLONE_NEWPID;
    entry->single_gid = identity_groups_stay(entry->proc, state->pid);
    if (!state->group.absent && cgroup_open(&entry->group, err) < 0)
        return -1;
    if (seccomp && seccomp->notify)
        return seccomp_listener_connect(
            entry->enter->spec->linux_.seccomp, &entry->seccomp_socket, err);
    return 0;
}

static int join_user(void *arg, struct err *err)
{
    struct entry *entry = arg;

    entry->namespaces &= ~CLONE_NEWUSER;
    return ns_enter(entry->container, entry->different & (CLONE_NEWUSER | CLONE_NEWPID), err);
}

/*
 * An ordinary user has no rights over the PID namespace but as one of the user namespace that owns
 * it, and from there is no way back: a step does it.
 */
static int spawn_child(struct entry *entry, struct spawned *ret, struct err *err)
{
    struct spawn spawn = {.cgroup_fd = entry->group.fd, .child = enter_child_main, .arg = entry};

    explain_step(&entry->enter->explain, "setns(2), clone(2); lab 01",
        "setns(pidfd of process %d, CLONE_NEWPID), clone3", entry->enter->state->pid);
    if (!(entry->different & CLONE_NEWPID))
        return spawn_start(&spawn, ret, err);
    if (step_spawn_in_pid(entry->container, &spawn, ret, err) == 0)
        return 0;
    if (err->code != EPERM || !(entry->different & CLONE_NEWUSER))
        return -1;
    return step_spawn(join_user, entry, &spawn, ret, err);
}

static int spawn_with_score(struct entry *entry, struct spawned *ret, struct err *err)
{
    const struct spec_process *process = &entry->enter->spec->process;
    struct err ignored;
    int before;

    if (identity_score_lend(process, &before, err) < 0)
        return -1;
    int result = spawn_child(entry, ret, err);
    if (result < 0 && err->code == EBUSY && entry->group.fd >= 0 &&
        enter_follow_first(entry, &ignored) == 0)
        result = spawn_child(entry, ret, err);
    if (identity_score_back(process, before, result < 0 ? &ignored : err) < 0)
        result = -1;
    return result;
}

/*
 * With a group or a PID namespace of its own the container's end is the process's too. Without,
 * `delete` finds it by its line in the journal, if it was written before delete read that: hence
 * the lock, and the look whether the journal is still there.
 */
static int journal(const struct entry *entry, pid_t pid, struct err *err)
{
    const struct state *state = entry->enter->state;
    char path[PATH_MAX];
    struct stat st;
    struct undo undo = {.fd = -1};

    if (!state->group.absent || entry->enter->spec->linux_.namespaces & CLONE_NEWPID)
        return 0;
    snprintf(undo.dir, sizeof(undo.dir), "%s", state->dir);
    snprintf(path, sizeof(path), "%s/journal", state->dir);
    cleanup_close int lock = open(state->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return err_sys(err, "cannot lock %s", state->dir);
    cleanup_close int file = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 || fstat(file, &st) < 0 || st.st_nlink == 0)
        return err_set(err, ERR_SYS, "container %s was deleted meanwhile", state->id);
    undo.fd = file;
    return undo_add(&undo, err, UNDO_PROCESS, "%d %llu", pid, proc_start_time(pid));
}

/*
 * Before a pidfd tells of the end, the process has lost its namespaces and those of its PID
 * namespace have been killed. So where that was seen, this waits for the rest.
 */
static bool has_ended(int pidfd)
{
    enum { PATIENCE_MS = 50 };

    return proc_pidfd_ended(pidfd, PATIENCE_MS);
}

/* True when it has ended by SIGKILL, as the kernel ends those of a PID namespace. */
static bool was_killed(const struct spawned *child)
{
    siginfo_t info = {0};

    return waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_code == CLD_KILLED && info.si_status == SIGKILL;
}

/* Let the child go on, and wait for its exec. */
static int see_through(struct entry *entry, const struct spawned *child, struct err *err)
{
    sync_parent(&entry->sync);
    if (identity_raise_limits(child->pid, &entry->enter->spec->process, err) < 0 ||
        journal(entry, child->pid, err) < 0 || sync_signal(&entry->sync, err) < 0 ||
        sync_wait(&entry->sync, err) < 0 || sync_wait_exec(&entry->sync, err) < 0)
        return -1;
    return was_killed(child) && has_ended(entry->container)
               ? err_set(err, ERR_SYS, "the process ended with its container")
               : 0;
}

/* Whatever failed: if the container has ended, that is why. */
static int explain(const struct entry *entry, struct err *err)
{
    const struct state *state = entry->enter->state;

    if (err->kind != ERR_SYS)
        return -1;
    if (entry->container < 0 ? err->code == ESRCH : has_ended(entry->container)) {
        err_set(err, ERR_SYS, "cannot exec in container %s: it has stopped meanwhile", state->id);
        return err_hint(err, "its first process has ended -> state %s", state->id);
    }
    if (entry->proc >= 0 && (err->code == EACCES || err->code == EPERM) && geteuid() != 0 &&
        state_status(state) == STATE_CREATED)
        return err_hint(err,
            "the process that waits for start is still the runtime's, and none "
            "but root may look at that -> start %s first",
            state->id);
    return -1;
}

static void close_all(struct entry *entry)
{
    close_fd(&entry->container);
    close_fd(&entry->root);
    close_fd(&entry->proc);
    close_fd(&entry->seccomp_socket);
    cgroup_close(&entry->group);
    sync_close(&entry->sync);
}

int enter_start(struct enter *enter, struct err *err)
{
    struct entry entry = {
        .enter = enter,
        .container = -1,
        .root = -1,
        .proc = -1,
        .seccomp_socket = -1,
        .group = enter->state->group,
        .sync = SYNC_NONE,
    };

    enter->process = (struct spawned){.pidfd = -1};
    int result = check_status(enter, err);
    if (result == 0)
        result = open_all(&entry, err);
    if (result == 0)
        result = sync_open(&entry.sync, err);
    if (result == 0)
        result = spawn_with_score(&entry, &enter->process, err);
    if (result == 0)
        result = see_through(&entry, &enter->process, err);
    if (result < 0) {
        spawn_end(&enter->process);
        explain(&entry, err);
    }
    close_all(&entry);
    return result;
}
