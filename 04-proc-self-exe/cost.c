// SPDX-License-Identifier: MIT
/*
 * cost: what it costs to put a process into its group.
 *
 * Writing a process's number to cgroup.procs moves all its threads at once, and for that the kernel
 * stops every fork and exit on the machine: it takes a lock whose other side is nearly free, and
 * pays for that with an RCU grace period, some milliseconds, when it is taken (cgroup_attach_lock
 * in the kernel's kernel/cgroup/cgroup.c, a percpu rw_semaphore). Taken again soon after, it is
 * still in the slow mode and costs little: so a loop that measures back to back measures nothing,
 * and a user who starts one container on an idle machine pays in full.
 *
 * A process that is born in its group (v2), or moves only itself by "0" into `tasks` (v1), needs no
 * such lock. Measured is the time from before clone3 to the child's first step in its group. Clocks
 * on a busy machine are what they are: the claims compare, and widely.
 */
#include "experiments.h"
#include "host.h"

#include "cgroup.h"
#include "cleanup.h"
#include "live.h"
#include "proc.h"
#include "spawn.h"
#include "sync.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum way { NO_GROUP, ATTACH, BORN };
enum { WAYS = 3, SAMPLES = 9, IDLE_USEC = 120000 };

static const char *const WAY_NAMES[WAYS] = {
    [NO_GROUP] = "no group at all",
    [ATTACH] = "attach: pid to cgroup.procs",
    [BORN] = "born inside (v1: 0 to tasks)",
};

/* Milliseconds, sorted: [0] is the least, [SAMPLES / 2] the median. */
struct samples {
    double ms[SAMPLES];
};

struct child {
    enum way way;
    const struct cgroup *group;
    struct sync sync;
    double *started; /* shared with the parent: live_now() at the child's first step */
};

static int child_main(void *arg)
{
    struct child *child = arg;
    struct err err;

    sync_child(&child->sync);
    if (child->way == ATTACH && sync_wait(&child->sync, &err) < 0)
        return 1;
    if (child->way == BORN && child->group->fd < 0 && cgroup_join(child->group, &err) < 0)
        return 1;
    *child->started = live_now();
    return 0;
}

/* One child from its clone to its first step. -1 on error. */
static double start_one(enum way way, const struct cgroup *group, double *started, struct err *err)
{
    struct child child = {.way = way, .group = group, .started = started};
    struct spawn spawn = {
        .cgroup_fd = way == BORN ? group->fd : -1, .child = child_main, .arg = &child};
    struct spawned spawned;

    if (sync_open(&child.sync, err) < 0)
        return -1;
    double begin = live_now();
    if (spawn_start(&spawn, &spawned, err) < 0)
        return -1;
    sync_parent(&child.sync);
    cleanup_close int pidfd = spawned.pidfd;
    int result = way == ATTACH ? cgroup_attach(group, spawned.pid, err) : 0;
    if (result == 0 && way == ATTACH)
        result = sync_signal(&child.sync, err);
    sync_close(&child.sync);
    int status = spawn_wait(&spawned, err);
    if (status > 0)
        err_set(err, ERR_SYS, "the child could not join its group");
    return result < 0 || status != 0 ? -1 : *started - begin;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Nine children, after a rest before each, or one directly after the other. */
static int sample(enum way way, const struct cgroup *group, double *started, useconds_t rest_usec,
    struct samples *ret, struct err *err)
{
    for (int i = 0; i < SAMPLES; i++) {
        usleep(rest_usec);
        double seconds = start_one(way, group, started, err);
        if (seconds < 0)
            return -1;
        ret->ms[i] = seconds * 1000;
    }
    qsort(ret->ms, SAMPLES, sizeof(ret->ms[0]), compare);
    return 0;
}

static int measure(struct run *run, const struct cgroup *group, useconds_t rest_usec,
    struct samples ret[WAYS], struct err *err)
{
    double *started =
        mmap(NULL, sizeof(*started), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (started == MAP_FAILED)
        return err_sys(err, "no shared memory");
    note(&run->report, "%-30s %8s %8s %8s ms", "", "least", "median", "most");
    for (int way = 0; way < WAYS; way++) {
        if (sample(way, group, started, rest_usec, &ret[way], err) < 0)
            return -1;
        note(&run->report, "%-30s %8.2f %8.2f %8.2f", WAY_NAMES[way], ret[way].ms[0],
            ret[way].ms[SAMPLES / 2], ret[way].ms[SAMPLES - 1]);
    }
    munmap(started, sizeof(*started));
    return 0;
}

/* The option gives the lock another trade: no grace period here, a dearer fork everywhere. */
static bool attaching_is_favoured(void)
{
    struct host_cgroup_mount mounts[HOST_CGROUP_MOUNTS];
    int count = host_cgroup_mounts(mounts);

    for (int i = 0; i < count; i++) {
        if (strstr(mounts[i].options, "favordynmods"))
            return true;
    }
    return false;
}

static int cost_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct cgroup_limits limits = {.memory_bytes = 64 << 20, .pids = 64};
    struct cgroup group;
    struct samples idle[WAYS], busy[WAYS];

    step(r, "cgroups(7)", "a group %s, empty", run->undo.id);
    if (cgroup_plan(run->undo.id, &limits, &group, err) < 0 ||
        cgroup_journal(&group, &run->undo, err) < 0 || cgroup_make(&group, err) < 0 ||
        cgroup_set(&group, &limits, err) < 0)
        return -1;
    step(r, "clone(2), cgroups(7)", "%d children each way, %d ms of rest before each", SAMPLES,
        IDLE_USEC / 1000);
    explain(r, "after a rest the attach waits for an RCU grace period");
    if (measure(run, &group, IDLE_USEC, idle, err) < 0)
        return -1;
    step(r, NULL, "the same back to back, as a careless benchmark does it");
    if (measure(run, &group, 0, busy, err) < 0)
        return -1;

    double born = idle[BORN].ms[SAMPLES / 2], dearest = idle[ATTACH].ms[SAMPLES - 1];
    bool favoured = attaching_is_favoured();
    if (favoured)
        note(r, "mounted with favordynmods: attaching is cheap here, and each fork dearer");
    claim_u64(r, "attach (dearest), in times of born inside", (uint64_t)(dearest / born), GE,
        favoured ? 0 : 2, "clock, after a rest");
    claim_u64(r, "control: born inside, times of no group",
        (uint64_t)(born / idle[NO_GROUP].ms[SAMPLES / 2]), LE, 9, "clock, after a rest");
    claim_u64(r, "control: back to back, % of the dearest",
        (uint64_t)(100 * busy[ATTACH].ms[SAMPLES / 2] / dearest), LE, favoured ? 1000 : 75,
        "clock");
    return cgroup_remove(&group, err);
}

const struct experiment cost_experiment = {
    .name = "cost",
    .summary = "what it costs to put a process into its group, three ways",
    .needs = "root limits",
    .steps = 3,
    .run = cost_run,
};
