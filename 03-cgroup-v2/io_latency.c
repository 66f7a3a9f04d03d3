// SPDX-License-Identifier: MIT
/*
 * io-latency: a group that is promised quick answers from the disk.
 *
 * io.latency takes a device and a target in microseconds: "7:0 target=500". While the group's
 * latency is over its target, the kernel halves, ten times a second, how many requests those
 * neighbours may have in flight that have a higher target or none, down to one. It gives them back
 * when the target is met.
 *
 * Here the target is one that no disk can meet (1 us), so the neighbour is held down for as long as
 * the protected group writes. How far is in io.stat, as depth=, once the kernel's own debugging
 * switch for it is on. The control is the same pair before any target is set: depth=max.
 *
 * Many kernels are built without it (CONFIG_BLK_CGROUP_IOLATENCY; Debian's are): then a new group
 * has io.max but no io.latency, and this experiment is skipped.
 */
#include "disk.h"
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "live.h"

#include <unistd.h>

#define DEBUG_STATS "/sys/module/blk_cgroup/parameters/blkcg_debug_stats"

enum { DISK_BYTES = 64 << 20, TARGET_USEC = 1, WRITERS = 8, POINTS = 6, NO_LIMIT = 1000000 };

struct pair {
    struct group victim, neighbour;
    struct loopfs fs;
};

/* How many requests the neighbour may have in flight; NO_LIMIT for "depth=max". */
static int read_depth(const struct pair *p, uint64_t *ret, struct err *err)
{
    if (disk_stat(&p->neighbour, &p->fs, "depth", ret, err) < 0)
        return -1;
    if (*ret == 0)
        *ret = NO_LIMIT;
    return 0;
}

/* Draws what the neighbour gets done, and gives the depth that it has at the end. */
static int measure(
    struct run *run, const struct pair *p, const char *series, uint64_t *ret_depth, struct err *err)
{
    uint64_t last, now;
    struct live live;

    if (live_begin(&live, &run->report, "writes/s", 4000, -1, err) < 0 ||
        disk_stat(&p->neighbour, &p->fs, "wios", &last, err) < 0)
        return -1;
    for (int i = 0; i < POINTS; i++) {
        usleep(500000);
        if (disk_stat(&p->neighbour, &p->fs, "wios", &now, err) < 0)
            return -1;
        live_point(&live, series, (double)(now - last) * 2);
        last = now;
    }
    live_end(&live);
    if (read_depth(p, ret_depth, err) < 0)
        return -1;
    note(
        &run->report, "io.stat: %s may have %lu requests in flight", p->neighbour.name, *ret_depth);
    return 0;
}

static int start_writers(const struct pair *p, struct err *err)
{
    for (int i = 0; i < WRITERS; i++) {
        if (disk_writer(&p->neighbour, &p->fs, i, 4, err) < 0)
            return -1;
    }
    return disk_writer(&p->victim, &p->fs, 0, 4, err) < 0 ? -1 : 0;
}

static int io_latency_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct pair p;
    char expected[64];
    uint64_t before, after;

    step(r, "cgroup-v2.rst, \"IO Latency\"", "two groups, and a disk of our own");
    if (group_make(run, "-victim", "io", &p.victim, err) < 0 ||
        group_require(&p.victim, "io.latency", "CONFIG_BLK_CGROUP_IOLATENCY", err) < 0 ||
        group_make(run, "-neighbour", "io", &p.neighbour, err) < 0 || loopfs_alone(err) < 0 ||
        loopfs_make(&p.fs, &run->undo, DISK_BYTES, err) < 0)
        return -1;
    note(r, "%s is device %s, mounted on %s", p.fs.device, p.fs.number, p.fs.point);

    step(r, NULL, "control: no target; %d writers beside one", WRITERS);
    cleanup_free char *debug = fsio_read(NULL, DEBUG_STATS, err);
    if (!debug || disk_setting(run, DEBUG_STATS, "1", debug, err) < 0 ||
        start_writers(&p, err) < 0 || measure(run, &p, "no target", &before, err) < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"IO Latency Interface Files\"", "a target for the one");
    if (group_set(run, &p.victim, err, "io.latency", "%s target=%d", p.fs.number, TARGET_USEC) < 0)
        return -1;
    cleanup_free char *line = fsio_read(p.victim.path, "io.latency", err);
    if (!line)
        return -1;
    note(r, "%s/io.latency: %s", p.victim.name, line);
    if (measure(run, &p, "target", &after, err) < 0)
        return -1;

    snprintf(expected, sizeof(expected), "%s target=%d", p.fs.number, TARGET_USEC);
    claim_text(r, "the target is in microseconds", line, EQ, expected, "io.latency");
    claim_u64(r, "the neighbour is held down", after, LE, WRITERS, "io.stat");
    claim_u64(r, "control: before, it had no limit", before, EQ, NO_LIMIT, "io.stat");
    return 0;
}

const struct experiment io_latency_experiment = {
    .name = "io-latency",
    .summary = "a promised latency, kept by holding the neighbours down",
    .needs = "root v2:io loop fs:ext4 tool:mkfs.ext4",
    .steps = 3,
    .run = io_latency_run,
};
