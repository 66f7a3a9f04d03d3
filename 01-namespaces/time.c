// SPDX-License-Identifier: MIT
/*
 * time: boot and monotonic clocks of its own.
 *
 * A machine that moves to another host (CRIU, live migration) takes its uptime with it. A time
 * namespace makes that possible: it adds offsets to CLOCK_MONOTONIC and CLOCK_BOOTTIME. The wall
 * clock, CLOCK_REALTIME, is no namespace's own: it is the control here.
 *
 * It is the one namespace that clone(2) has no flag for (the bit is part of the exit signal), and
 * unshare(2) does not move the caller: its offsets are set while nobody is in there, and its next
 * child is the first. After that they are fixed. Source: time_namespaces(7).
 */
#include "child.h"
#include "experiments.h"
#include "fsio.h"
#include "ns_table.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

enum { MONOTONIC_AHEAD = 86400, BOOTTIME_AHEAD = 604800 }; /* a day, a week */

struct clocks {
    int64_t monotonic, boottime, realtime; /* nanoseconds */
    double uptime;                         /* /proc/uptime, seconds */
};

/* In shared memory. */
struct scene {
    pid_t inside;           /* the first process in the new namespace */
    struct clocks unshared; /* as the process that called unshare sees them */
    struct clocks in;       /* as its child sees them */
    int late_offsets;       /* errno of setting them with somebody inside */
};

/* One number is easier to subtract. */
static int64_t read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void read_clocks(struct clocks *ret)
{
    struct err ignored;
    char *uptime = fsio_read(NULL, "/proc/uptime", &ignored);

    *ret = (struct clocks){read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_BOOTTIME),
        read_clock(CLOCK_REALTIME), uptime ? strtod(uptime, NULL) : 0};
    free(uptime);
}

static int set_offsets(struct err *err)
{
    return fsio_write(err, "/proc/self", "timens_offsets", "monotonic %d 0\nboottime %d 0",
        MONOTONIC_AHEAD, BOOTTIME_AHEAD);
}

static int be_inside(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    (void)err;
    read_clocks(&scene->in);
    child_turn(self);
    return 0;
}

/*
 * The process that calls unshare. It stays in the old namespace, so what it reads is a control; its
 * child is the first in the new one.
 */
static int be_between(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    struct child inside;
    struct err refused;

    if (unshare(CLONE_NEWTIME) < 0)
        return err_sys(err, "cannot unshare a time namespace");
    if (set_offsets(err) < 0)
        return -1;
    child_turn(self);
    read_clocks(&scene->unshared);
    if (child_start(&inside, 0, be_inside, scene, err) < 0)
        return -1;
    scene->inside = inside.pid;
    scene->late_offsets = set_offsets(&refused) < 0 ? refused.code : 0;
    child_turn(self);
    return 0;
}

/* Whole seconds that `there` is ahead of the middle of two readings here. */
static uint64_t ahead(int64_t there, int64_t before, int64_t after)
{
    int64_t difference = there - (before + (after - before) / 2);

    return (uint64_t)llabs((difference + (difference < 0 ? -500000000 : 500000000)) / 1000000000);
}

/* The seconds in the line of /proc/PID/timens_offsets for this clock. */
static uint64_t read_offset(pid_t pid, const char *clock)
{
    char path[64];
    struct err ignored;
    uint64_t seconds = 0;

    snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
    char *text = fsio_read(NULL, path, &ignored);
    const char *line = text ? strstr(text, clock) : NULL;
    if (line)
        sscanf(line, "%*s %" SCNu64, &seconds);
    free(text);
    return seconds;
}

static int time_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct scene *scene = child_memory(sizeof(*scene));
    struct clocks before, after;
    uint64_t ours, unshareds, insides;
    struct child child;

    if (!scene)
        return err_sys(err, "no memory to share");
    step(r, "unshare(2), time_namespaces(7)",
        "in a child: unshare(CLONE_NEWTIME); timens_offsets <- monotonic %d 0, boottime %d 0",
        MONOTONIC_AHEAD, BOOTTIME_AHEAD);
    if (child_start(&child, child_user_flag(), be_between, scene, err) < 0)
        return -1;

    step(r, "clone(2), clock_gettime(2)", "a child of that child reads the clocks");
    read_clocks(&before);
    if (child_next(&child, err) < 0)
        return -1;
    read_clocks(&after);
    if (ns_inode(0, "time", &ours, err) < 0 || ns_inode(child.pid, "time", &unshareds, err) < 0 ||
        ns_inode(scene->inside, "time", &insides, err) < 0)
        return -1;
    note(r, "uptime outside: %.0f s; inside: %.0f s", before.uptime, scene->in.uptime);
    explain(r, "/proc/uptime is CLOCK_BOOTTIME of its reader");

    uint64_t monotonic = ahead(scene->in.monotonic, before.monotonic, after.monotonic);
    uint64_t boottime = ahead(scene->in.boottime, before.boottime, after.boottime);
    uint64_t realtime = ahead(scene->in.realtime, before.realtime, after.realtime);
    uint64_t unshared = ahead(scene->unshared.monotonic, before.monotonic, after.monotonic);
    claim_u64(r, "its namespace is another one", insides, NE, ours, "/proc/PID/ns/time");
    claim_u64(
        r, "seconds ahead: CLOCK_MONOTONIC", monotonic, EQ, MONOTONIC_AHEAD, "clock_gettime(2)");
    claim_u64(r, "seconds ahead: CLOCK_BOOTTIME", boottime, EQ, BOOTTIME_AHEAD, "clock_gettime(2)");
    claim_u64(r, "the kernel's own word for it", read_offset(scene->inside, "boottime"), EQ,
        BOOTTIME_AHEAD, "timens_offsets");
    claim_errno(
        r, "offsets are fixed once it is lived in", scene->late_offsets, EACCES, "write(2)");
    claim_u64(r, "control: CLOCK_REALTIME is shared", realtime, EQ, 0, "clock_gettime(2)");
    claim_u64(
        r, "control: unshare's caller stayed outside", unshareds, EQ, ours, "/proc/PID/ns/time");
    claim_u64(r, "control: and so did its clocks", unshared, EQ, 0, "clock_gettime(2)");
    return child_end(&child, err);
}

const struct experiment time_experiment = {
    .name = "time",
    .summary = "boot and monotonic clocks of its own",
    .needs = "root|userns ns:time",
    .steps = 2,
    .run = time_run,
};
