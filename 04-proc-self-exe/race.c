// SPDX-License-Identifier: MIT
/*
 * race: limits that come too late, and two ways to be in time.
 *
 * The obvious program starts its child, then writes the limits and the child's number. In between
 * the child runs. What it does there stays done: memory is charged to the group in which a page was
 * first touched and does not move with the process, and a process that it forked there is not in
 * the group at all and never will be.
 *
 *     too late     clone, limits, attach                    the child runs from the first moment
 *     handshake    clone, limits, attach, signal            the child waits in a read(2) until then
 *     born inside  limits, clone3(CLONE_INTO_CGROUP)        there is no moment before
 *                  v1: the child itself writes "0" to each tasks file before anything else
 *
 * The child forks once and then fills 64 MiB. How much of both the group does not know of is read
 * from outside: RssAnon of the child against the group's charge, and the group's list of processes.
 */
#include "experiments.h"
#include "tree.h"

#include "cleanup.h"
#include "proc.h"
#include "spawn.h"
#include "sync.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MIB = 1 << 20, ARENA_BYTES = 64 * MIB, LEAST_TRIES = 5, MOST_TRIES = 40 };

enum way { TOO_LATE, HANDSHAKE, BORN_INSIDE };

struct child {
    enum way way;
    struct cgroup *group;
    struct sync sync;
};

/* What the group did not know of: the most that any try gave. */
struct escape {
    uint64_t bytes, processes;
};

static void fill_arena(void)
{
    char *arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (arena == MAP_FAILED)
        return;
    madvise(arena, ARENA_BYTES, MADV_NOHUGEPAGE); /* page by page on every host */
    for (size_t i = 0; i < ARENA_BYTES; i += 4096)
        arena[i] = 1;
}

static int child_main(void *arg)
{
    struct child *child = arg;
    struct err err;

    sync_child(&child->sync);
    if (child->way == HANDSHAKE && sync_wait(&child->sync, &err) < 0)
        return 1;
    if (child->way == BORN_INSIDE && child->group->fd < 0 && cgroup_join(child->group, &err) < 0) {
        sync_fail(&child->sync, &err);
        return 1;
    }
    if (proc_fork(&err) == 0) {
        pause();
        _exit(0);
    }
    fill_arena();
    sync_signal(&child->sync, &err);
    pause();
    return 0;
}

static int limits_for(struct run *run, struct cgroup *group, struct err *err)
{
    struct cgroup_limits limits = {.memory_bytes = ARENA_BYTES + 16 * MIB, .pids = 8};

    if (cgroup_plan(run->undo.id, &limits, group, err) < 0 ||
        cgroup_journal(group, &run->undo, err) < 0 || cgroup_make(group, err) < 0)
        return -1;
    return cgroup_set(group, &limits, err);
}

/*
 * The child stands still now: compare what it has with what the group counts. The memory that it
 * was born with is a copy of ours, and shared with us: that is charged to our group, rightly.
 */
static int measure(const struct child *child, pid_t pid, struct escape *most, struct err *err)
{
    struct cgroup_usage usage;
    struct process process, ourselves, members[2];

    if (cgroup_read(child->group, &usage, err) < 0 || process_read(pid, &process, err) < 0 ||
        process_read(getpid(), &ourselves, err) < 0)
        return -1;
    uint64_t missing = 2 - (uint64_t)group_processes(child->group, members, 2);
    if (missing > most->processes)
        most->processes = missing;
    uint64_t counted_bytes = usage.memory_bytes + ourselves.anon_bytes;
    if (process.anon_bytes > counted_bytes && process.anon_bytes - counted_bytes > most->bytes)
        most->bytes = process.anon_bytes - counted_bytes;
    return 0;
}

static int try_once(struct run *run, enum way way, struct escape *most, struct err *err)
{
    struct cgroup group = {.fd = -1};
    struct child child = {.way = way, .group = &group};
    struct spawn spawn = {.cgroup_fd = -1, .child = child_main, .arg = &child};
    struct spawned spawned;

    if (way == BORN_INSIDE) {
        if (limits_for(run, &group, err) < 0)
            return -1;
        spawn.cgroup_fd = group.fd;
    }
    if (sync_open(&child.sync, err) < 0 || spawn_start(&spawn, &spawned, err) < 0)
        return -1;
    cleanup_close int pidfd = spawned.pidfd;
    sync_parent(&child.sync);
    if (way != BORN_INSIDE &&
        (limits_for(run, &group, err) < 0 || cgroup_attach(&group, spawned.pid, err) < 0))
        return -1;
    if (way == HANDSHAKE && sync_signal(&child.sync, err) < 0)
        return -1;
    int result = sync_wait(&child.sync, err);
    if (result == 0)
        result = measure(&child, spawned.pid, most, err);
    proc_pidfd_signal(pidfd, SIGKILL);
    sync_close(&child.sync);
    if (result < 0 || spawn_wait(&spawned, err) < 0)
        return -1;
    return cgroup_remove(&group, err);
}

/* Who wins differs from try to try, so the way that can lose is tried until it has lost. */
static int try_often(struct run *run, enum way way, struct escape *most, struct err *err)
{
    int tries = 0;

    *most = (struct escape){0};
    while (tries < LEAST_TRIES ||
           (way == TOO_LATE && tries < MOST_TRIES && (most->bytes < MIB || most->processes == 0))) {
        if (try_once(run, way, most, err) < 0)
            return -1;
        tries++;
    }
    note(&run->report, "in %d tries, at most: %.1f MiB not counted, %lu of 2 processes outside",
        tries, (double)most->bytes / MIB, most->processes);
    return 0;
}

static int race_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct escape late, handshake, born;

    step(r, "cgroups(7)",
        "broken: clone, then mkdir, limits, and the child's number to cgroup.procs");
    explain(r, "memory stays charged to where a page was first touched; it does not move along");
    if (try_often(run, TOO_LATE, &late, err) < 0)
        return -1;
    step(r, "pipe(7)", "mended: the child waits in a read until the parent has written everything");
    if (try_often(run, HANDSHAKE, &handshake, err) < 0)
        return -1;
    step(r, "clone(2)", "mended: limits first, then a child that is born in the group (v1: tasks)");
    explain(r, "besides, it is faster: see ./run cost");
    if (try_often(run, BORN_INSIDE, &born, err) < 0)
        return -1;

    claim_u64(r, "control: too late, bytes not counted", late.bytes, GE, MIB, "RssAnon - charge");
    claim_u64(r, "control: too late, processes outside", late.processes, GE, 1, "cgroup.procs");
    claim_u64(r, "handshake: bytes not counted", handshake.bytes, LT, MIB, "RssAnon - charge");
    claim_u64(r, "handshake: processes outside", handshake.processes, EQ, 0, "cgroup.procs");
    claim_u64(r, "born inside: bytes not counted", born.bytes, LT, MIB, "RssAnon - charge");
    claim_u64(r, "born inside: processes outside", born.processes, EQ, 0, "cgroup.procs");
    return 0;
}

const struct experiment race_experiment = {
    .name = "race",
    .summary = "limits written after the child runs come too late",
    .needs = "root limits",
    .steps = 3,
    .run = race_run,
};
