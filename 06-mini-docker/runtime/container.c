// SPDX-License-Identifier: MIT
/*
 * The host's side of a container. The order is what makes it sound: what is about to be made is
 * journalled; the groups have their limits before any process is in them; and the process is in
 * them before the program's first instruction (lab 04, the race).
 *
 *     v2, or a new user namespace    the groups, then clone3; the child waits for its IDs
 *     v1, or no groups               clone3, and the groups while the child mounts: it is our own
 *                                    code until then, and joins before the root is changed
 *
 * In the second case two CPUs share the work. So the child makes the namespaces that it can, of
 * which the network's is the dearest; `prepare` and hooks wait for it.
 */
#include "container.h"

#include "child.h"
#include "device_rules.h"
#include "identity.h"
#include "mounts.h"

#include "cleanup.h"
#include "host.h"
#include "ns_table.h"
#include "proc.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* The files that cgroup_set is about to write. */
static void explain_limits(const struct container *container)
{
    const struct cgroup_limits *limits = &container->spec->linux_.resources;
    const struct explain *explain = &container->explain;
    bool v2 = container->group.fd >= 0;
    const char *see = v2 ? "cgroups(7); lab 03" : "cgroups(7); lab 02";
    uintmax_t quota = limits->cpu_quota_usec, period = limits->cpu_period_usec;

    if (quota && v2)
        explain_step(explain, see, "cpu.max <- %ju %ju", quota, period);
    else if (quota)
        explain_step(
            explain, see, "cpu.cfs_quota_us <- %ju, cpu.cfs_period_us <- %ju", quota, period);
    if (limits->memory_bytes)
        explain_step(explain, see, "%s <- %ju", v2 ? "memory.max" : "memory.limit_in_bytes",
            (uintmax_t)limits->memory_bytes);
    if (limits->pids)
        explain_step(explain, see, "pids.max <- %ju", (uintmax_t)limits->pids);
}

/* A limit that cannot be had is refused, and never left out in silence. */
static int explain_no_group(struct err *err)
{
    struct err cause = *err;

    err_set(err, cause.kind, "cannot limit the container: %s", cause.what);
    if (cause.hint[0])
        return err_hint(err, "%s", cause.hint);
    return err_hint(err, "limits need a group that is ours, or was delegated to us -> sudo, or "
                         "leave --memory, --cpus and --pids-limit out");
}

static int plan_groups(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;
    struct cgroup *group = &container->group;

    if (l->cgroups_disabled)
        return 0;
    if (cgroup_plan(l->cgroups_path, &l->resources, group, err) < 0)
        return explain_no_group(err);
    if (group->absent)
        explain_step(
            &container->explain, "cgroups(7); lab 03", "no group: none is ours to make one in");
    return cgroup_journal_leaf(group, container->undo, err);
}

/*
 * Once the groups are planned. On v2 there is nothing left to do beside the child. In a user
 * namespace it could not open the groups' files, and among another's mounts not find them.
 */
static bool is_early(const struct container *container)
{
    const struct spec_linux *l = &container->spec->linux_;

    return !container->group.v2 && !(l->namespaces & CLONE_NEWUSER) &&
           !l->namespace_paths[ns_index(CLONE_NEWUSER)] &&
           !l->namespace_paths[ns_index(CLONE_NEWNS)];
}

static int make_groups(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;
    struct cgroup *group = &container->group;
    const struct explain *explain = &container->explain;

    if (group->absent)
        return 0;
    group->members_open = container->early;
    for (int i = 0; i < group->paths; i++)
        explain_step(explain, "mkdir(2); labs 02, 03", "mkdir %s", group->path[i]);
    if (cgroup_make(group, err) < 0)
        return -1;
    explain_limits(container);
    if (cgroup_set(group, &l->resources, err) < 0)
        return -1;
    return device_rules_apply(container, err);
}

/*
 * With a group, its line in the journal finds every process of the container. PID 1 is written down
 * all the same: it is the first to be ended, and without a group the only one that is known.
 */
static int record(struct container *container, struct err *err)
{
    pid_t pid = container->process.pid;

    container->hooks_state.pid = pid;
    container->start_time = proc_start_time(pid);
    if (!container->start_time) /* nobody could tell this process from a later one */
        return err_sys(err, "cannot read the start time of process %d", pid);
    if (undo_add(container->undo, err, UNDO_PROCESS, "%d %llu", pid, container->start_time) < 0)
        return -1;
    return container->record ? container->record(container, err) : 0;
}

/* Once the child has said that it has all its namespaces. */
static int prepare(struct container *container, struct err *err)
{
    if (!container->prepare)
        return 0;
    if (container->namespaces.later && sync_wait(&container->sync, err) < 0)
        return -1;
    return container->prepare(container->process.pid, container->prepare_arg, err);
}

static int let_go(struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;

    if (record(container, err) < 0 || (container->early && make_groups(container, err) < 0))
        return -1;
    if (l->namespaces & CLONE_NEWUSER) {
        explain_step(&container->explain, "user_namespaces(7); lab 01",
            "uid_map: %u inside is %u outside%s", l->mappings->uid[0].inside,
            l->mappings->uid[0].outside, l->mappings->uids > 1 ? ", and /etc/subuid's range" : "");
        if (idmap_write(container->process.pid, l->mappings, err) < 0)
            return -1;
    }
    if (prepare(container, err) < 0)
        return -1;
    explain_step(&container->explain, "pipe(7); lab 04", "let it go on; the pipe ends at its exec");
    return sync_signal(&container->sync, err);
}

void container_init(struct container *container)
{
    *container = (struct container){
        .console_socket = -1,
        .stdio = {0, 1, 2},
        .lock = -1,
        .hold = SYNC_NONE,
        .explain = {.fd = -1, .who = "host"},
        .group = {.absent = true, .fd = -1},
        .process = {.pidfd = -1},
        .sync = SYNC_NONE,
        .root_fd = -1,
        .self_fd = -1,
        .proc_fd = -1,
        .sys_fd = -1,
        .seccomp_socket = -1,
    };
}

/* What root of a user namespace may not do is done for it (identity.h). */
static int spawn_with_score(struct container *container, struct spawn *spawn, struct err *err)
{
    const struct spec_process *process = &container->spec->process;
    struct err ignored;
    int before;

    if (identity_score_lend(process, &before, err) < 0)
        return -1;
    int result = namespaces_spawn(&container->namespaces, spawn, &container->process, err);
    if (identity_score_back(process, before, result < 0 ? &ignored : err) < 0)
        result = -1;
    return result == 0 ? identity_raise_limits(container->process.pid, process, err) : -1;
}

static int spawn_child(struct container *container, struct err *err)
{
    struct namespaces *namespaces = &container->namespaces;
    struct spawn spawn = {.child = child_main, .arg = container, .cgroup_fd = container->group.fd};
    char names[NS_FLAGS_TEXT];

    if (namespaces_open(&container->spec->linux_, namespaces, err) < 0)
        return -1;
    if (container->early)
        namespaces_postpone(namespaces, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
    explain_step(&container->explain, "clone(2); labs 01, 04", "clone3(%s%s)",
        ns_flags_text(namespaces->made, names), spawn.cgroup_fd >= 0 ? "|CLONE_INTO_CGROUP" : "");
    int result = mounts_open_sources(container, err);
    if (result == 0)
        result = spawn_with_score(container, &spawn, err);
    namespaces_close(namespaces);
    mounts_close_sources(container);
    return result;
}

/* The child is where nothing is mounted over yet, and waits. */
static int run_early_hooks(struct container *container, struct err *err)
{
    const struct hooks_state *state = &container->hooks_state;

    if (!container_has_early_hooks(container))
        return 0;
    if (sync_wait(&container->sync, err) < 0 ||
        hooks_run(container->spec, HOOK_PRESTART, state, err) < 0 ||
        hooks_run(container->spec, HOOK_CREATE_RUNTIME, state, err) < 0)
        return -1;
    return sync_signal(&container->sync, err);
}

bool container_has_early_hooks(const struct container *container)
{
    const struct spec_hooks *hooks = container->spec->hooks;

    return container->hooks_state.id &&
           (hooks[HOOK_PRESTART].count || hooks[HOOK_CREATE_RUNTIME].count ||
               hooks[HOOK_CREATE_CONTAINER].count);
}

/* A process that was killed has told nothing. */
static int explain_end(const struct container *container, struct err *err)
{
    enum { PATIENCE_MS = 50 };
    int pidfd = container->process.pidfd;
    siginfo_t info = {0};

    proc_pidfd_ended(pidfd, PATIENCE_MS); /* its pipe is closed a moment before */
    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid ||
        info.si_code == CLD_EXITED)
        return -1;
    err_set(err, ERR_SYS,
        "the container's first process was ended by signal %d (%s) before it "
        "became the program",
        info.si_status, strsignal(info.si_status));
    if (container_oom_kills(container) > 0)
        return err_hint(err, "the memory limit is too low even for the start -> raise it");
    return err_hint(err, "somebody has killed it -> look into the kernel's log, dmesg(1)");
}

static bool is_in_userns(const struct spec_linux *l)
{
    return l->namespaces & CLONE_NEWUSER || l->namespace_paths[ns_index(CLONE_NEWUSER)] ||
           host_in_userns();
}

int container_start(struct container *container, struct err *err)
{
    container->user = is_in_userns(&container->spec->linux_);
    if (plan_groups(container, err) < 0)
        return -1;
    container->early = is_early(container);
    if ((!container->early && make_groups(container, err) < 0) ||
        sync_open(&container->sync, err) < 0 || spawn_child(container, err) < 0)
        return -1;
    sync_parent(&container->sync);
    if (let_go(container, err) < 0)
        return -1;
    if (run_early_hooks(container, err) < 0 || sync_wait(&container->sync, err) < 0 ||
        (container->hold.in < 0 && sync_wait_exec(&container->sync, err) < 0))
        return explain_end(container, err);
    return 0;
}

int container_wait(struct container *container, struct err *err)
{
    explain_step(&container->explain, "waitid(2); lab 04", "waitid(P_PIDFD): PID 1 has ended");
    return spawn_wait(&container->process, err);
}

uint64_t container_oom_kills(const struct container *container)
{
    uint64_t kills = cgroup_oom_kills(&container->group);

    return kills == UINT64_MAX ? 0 : kills;
}

int container_remove(struct container *container, struct err *err)
{
    sync_close(&container->sync);
    /* after a failed start it may be there still; else it was waited for, and this does nothing */
    spawn_end(&container->process);
    if (!container->group.absent)
        explain_step(&container->explain, "rmdir(2); labs 02, 03", "rmdir the groups");
    return cgroup_remove(&container->group, err);
}
