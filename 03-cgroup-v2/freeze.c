// SPDX-License-Identifier: MIT
/*
 * freeze: stop a whole group between two instructions, and let it go on later.
 *
 * "1" into cgroup.freeze asks every process of the group, and of the groups below, to stop at its
 * next return to user space. The kernel says when the last one has: `frozen 1` in cgroup.events,
 * which wakes poll(2). The processes see nothing of it: no signal, no SIGCHLD to a parent. The
 * measure is cpu.stat: it stands still.
 *
 * v1's freezer put processes into a state that not even SIGKILL could end. v2's may be killed,
 * traced and moved out while frozen, and a fresh control thaws a group and sees it run again.
 *
 * Freezing belongs to the core: it works where v1 owns every controller.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "proc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { WATCH_MS = 400, PATIENCE_MS = 10000, RUNS_USEC = 30000 };

/*
 * Waits until cgroup.events says `frozen <wanted>`. Each change of the file is told as POLLPRI to
 * whoever has read it since the last one (cgroup-v2.rst, "Basic Operations").
 */
static int wait_frozen(const struct group *g, uint64_t wanted, struct err *err)
{
    char path[PATH_MAX];
    uint64_t frozen;

    snprintf(path, sizeof(path), "%s/cgroup.events", g->path);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(err, "cannot open %s", path);
    for (int ready = 1; ready > 0;) {
        struct pollfd poller = {.fd = fd, .events = POLLPRI};
        char text[256];
        if (pread(fd, text, sizeof(text), 0) < 0 ||
            fsio_read_key(g->path, "cgroup.events", "frozen", &frozen, err) < 0)
            return -1;
        if (frozen == wanted)
            return 0;
        ready = poll(&poller, 1, PATIENCE_MS);
    }
    return err_set(err, ERR_SYS, "%s did not say frozen %lu", path, wanted);
}

/*
 * How many microseconds of CPU the group takes in WATCH_MS. A busy host may give a group little of
 * it: the watch goes on until the group has had at_least, for PATIENCE_MS at the most.
 */
static int cpu_used(struct run *run, const char *when, const struct group *g, uint64_t at_least,
    uint64_t *ret_usec, struct err *err)
{
    uint64_t before, after;
    int msec = 0;

    if (fsio_read_key(g->path, "cpu.stat", "usage_usec", &before, err) < 0)
        return -1;
    do {
        usleep(WATCH_MS * 1000);
        msec += WATCH_MS;
        if (fsio_read_key(g->path, "cpu.stat", "usage_usec", &after, err) < 0)
            return -1;
        *ret_usec = after - before;
    } while (*ret_usec < at_least && msec < PATIENCE_MS);
    note(&run->report, "%s: %lu us of CPU in %d ms", when, *ret_usec, msec);
    return 0;
}

static int freeze_and_thaw(
    struct run *run, const struct group *top, const struct group *below, struct err *err)
{
    struct report *r = &run->report;
    uint64_t running, still, again, own, frozen;

    if (cpu_used(run, "running", top, RUNS_USEC, &running, err) < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"Core Interface Files\"", "freeze the group above the busy one");
    if (group_set(run, top, err, "cgroup.freeze", "1") < 0 || wait_frozen(top, 1, err) < 0)
        return -1;
    note(r, "%s/cgroup.events: frozen 1", top->name);
    if (cpu_used(run, "frozen", top, 0, &still, err) < 0 ||
        fsio_read_u64(below->path, "cgroup.freeze", &own, err) < 0 ||
        fsio_read_key(below->path, "cgroup.events", "frozen", &frozen, err) < 0)
        return -1;
    explain(r, "cgroup.freeze is what was asked of a group, cgroup.events is how it is");

    step(r, NULL, "control: thaw it");
    if (group_set(run, top, err, "cgroup.freeze", "0") < 0 || wait_frozen(top, 0, err) < 0 ||
        cpu_used(run, "thawed", top, RUNS_USEC, &again, err) < 0)
        return -1;

    /* what it took on its last way out of user space may be accounted a moment late */
    claim_u64(r, "frozen, it takes no CPU (us)", still, LE, 10000, "cpu.stat");
    claim_u64(r, "the group below was not asked", own, EQ, 0, "cgroup.freeze");
    claim_u64(r, "and is frozen with its parent", frozen, EQ, 1, "cgroup.events");
    claim_u64(r, "control: before, it ran (us)", running, GE, RUNS_USEC, "cpu.stat");
    claim_u64(r, "control: thawed, it runs again (us)", again, GE, RUNS_USEC, "cpu.stat");
    return 0;
}

static int freeze_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group top, below;
    uint64_t frozen;

    step(r, "cgroup-v2.rst", "two groups, one in the other, and a busy loop in the lower one");
    if (group_make(run, "", "", &top, err) < 0 ||
        group_make_below(run, &top, "busy", "", &below, err) < 0)
        return -1;
    pid_t pid = group_busy(&below, GROUP_ANY_CPU, err);
    if (pid < 0 || freeze_and_thaw(run, &top, &below, err) < 0)
        return -1;

    step(r, "cgroup-v2.rst; kill(2)", "freeze it again, and send SIGKILL to the frozen process");
    if (group_set(run, &top, err, "cgroup.freeze", "1") < 0 || wait_frozen(&top, 1, err) < 0)
        return -1;
    char state[] = {proc_state(pid), '\0'};
    note(r, "the frozen process is in state %s", state);
    if (proc_signal(pid, SIGKILL) < 0)
        return err_sys(err, "cannot signal %d", pid);
    int status = proc_wait(pid, err);
    if (status < 0 || fsio_read_u64(top.path, "cgroup.freeze", &frozen, err) < 0)
        return -1;
    note(r, "it ended with status %d, and cgroup.freeze is still %lu", status, frozen);

    claim_text(r, "a frozen process only sleeps", state, EQ, "S", "/proc/PID/stat");
    claim_u64(r, "and SIGKILL ends it", (uint64_t)status, EQ, 128 + SIGKILL, "waitid(2)");
    return 0;
}

const struct experiment freeze_experiment = {
    .name = "freeze",
    .summary = "a group that stands still, and can be killed all the same",
    .needs = "v2",
    .steps = 4,
    .run = freeze_run,
};
