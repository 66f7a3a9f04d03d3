// SPDX-License-Identifier: MIT
/*
 * What is known of a container is read from outside: the limits from the files of its group, and
 * what it uses from the group's counters and its processes' status. That its resident size is read
 * apart from the group's charge is on purpose: one is counted by process, the other by group, and
 * both have to stay below the limit.
 */
#include "watch.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <poll.h>
#include <signal.h>

enum { MIB = 1 << 20 };

int limited_group(
    struct run *run, const char *name, uint64_t limit_bytes, struct cgroup *ret, struct err *err)
{
    struct cgroup_limits limits = {
        .cpu_quota_usec = 50000,
        .cpu_period_usec = 100000,
        .cpu_shares = 20480, /* so that it gets its half also where others want the CPU */
        .memory_bytes = limit_bytes,
        .memory_swap_bytes = limit_bytes, /* no swap besides, or the memory would just go there */
    };

    if (cgroup_plan(name, &limits, ret, err) < 0 || cgroup_journal(ret, &run->undo, err) < 0 ||
        cgroup_make(ret, err) < 0)
        return -1;
    return cgroup_set(ret, &limits, err);
}

void show_limits(struct report *r, const struct cgroup *group)
{
    static const struct {
        const char *controller, *file;
    } files[] = {
        {"cpu", "cpu.max"},
        {"cpu", "cpu.cfs_period_us"},
        {"cpu", "cpu.cfs_quota_us"},
        {"memory", "memory.max"},
        {"memory", "memory.limit_in_bytes"},
    };

    /* what the kernel holds, not what was asked for; the other version's files are not there */
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct err ignored;
        const char *dir = cgroup_path(group, files[i].controller);
        cleanup_free char *value = dir ? fsio_read(dir, files[i].file, &ignored) : NULL;
        if (value)
            note(r, "%s/%s = %s", dir, files[i].file, value);
    }
}

/* kill(pid, 0) would not tell: a process that ended has its pid until somebody waits for it. */
static bool has_ended(const struct container *c, int wait_ms)
{
    struct pollfd pidfd = {.fd = c->init.pidfd, .events = POLLIN};

    return poll(&pidfd, 1, wait_ms) > 0;
}

int wait_for_processes(const struct container *c, int least, struct process ret[WATCH_MOST])
{
    double end = live_now() + 10;
    int count;

    do {
        count = group_processes(c->group, ret, WATCH_MOST);
    } while (count < least && live_now() < end && !has_ended(c, 5));
    return count;
}

static void raise_to(uint64_t *highest, uint64_t value)
{
    if (value > *highest)
        *highest = value;
}

/* The limit counts anonymous memory of all; stress-ng has one process that is nearly all of it. */
static uint64_t largest_resident(const struct container *c)
{
    struct process all[WATCH_MOST];
    int count = group_processes(c->group, all, WATCH_MOST);
    uint64_t largest_bytes = 0;

    for (int i = 0; i < count; i++)
        raise_to(&largest_bytes, all[i].anon_bytes);
    return largest_bytes;
}

/* As Ctrl-C would: to the command, which is the init's only child. */
static void interrupt_command(const struct container *c)
{
    struct process all[WATCH_MOST];
    int count = group_processes(c->group, all, WATCH_MOST);

    for (int i = 0; i < count; i++) {
        if (all[i].parent == c->init.pid)
            proc_signal(all[i].pid, SIGINT);
    }
}

/* Looks for half a second, or until the container has ended (true). */
static bool look(struct container *c, struct seen *seen, uint64_t *ret_bytes, struct err *ignored)
{
    double end = live_now() + 0.5;
    bool ended = false;

    for (*ret_bytes = 0; !ended && live_now() < end; ended = has_ended(c, 20)) {
        raise_to(ret_bytes, largest_resident(c));
        cgroup_read(c->group, &seen->usage, ignored);
        raise_to(&seen->peak_bytes, seen->usage.memory_bytes);
    }
    raise_to(&seen->resident_bytes, *ret_bytes);
    return ended;
}

/*
 * Long enough, from when we began to look (with --step that is when somebody pressed Enter); and
 * where the machine is slow (emulated), until the kernel has stepped in once.
 */
static bool seen_enough(double begin, const struct seen *seen, uint64_t seconds)
{
    double passed = live_now() - begin;

    return seconds && passed >= (double)seconds && (seen->usage.oom_kills > 0 || passed > 90);
}

int watch(
    struct container *c, struct live *live, uint64_t seconds, struct seen *seen, struct err *err)
{
    const char *dir = cgroup_path(c->group, "memory");
    bool v2 = c->group->fd >= 0, ended = false;
    double begin = live_now();
    uint64_t resident_bytes;

    if (fsio_read_u64(dir, v2 ? "memory.max" : "memory.limit_in_bytes", &seen->limit_bytes, err) <
        0)
        return -1;
    while (!ended) {
        ended = look(c, seen, &resident_bytes, err);
        if (live)
            live_point(live, "resident", (double)resident_bytes / MIB);
        if (!ended && seen_enough(begin, seen, seconds))
            interrupt_command(c);
    }
    seen->seconds = live_now() - c->begin;
    seen->peak_source = v2 ? "memory.current, often" : "memory.max_usage_in_bytes";
    if (cgroup_read(c->group, &seen->usage, err) < 0)
        return -1;
    /* the kernel keeps the peak itself, on v2 since Linux 5.19 */
    if (seen->usage.memory_peak_bytes != UINT64_MAX) {
        seen->peak_bytes = seen->usage.memory_peak_bytes;
        seen->peak_source = v2 ? "memory.peak" : seen->peak_source;
    }
    return 0;
}
