// SPDX-License-Identifier: MIT
/*
 * psi: pressure, the time that is lost by waiting.
 *
 * Use says how busy a machine is; pressure says who suffers from it. Each group has three files,
 * cpu.pressure, memory.pressure and io.pressure, with a line such as
 *
 *     some avg10=12.40 avg60=3.02 avg300=0.71 total=3042391
 *
 * `some`: the share of time in which at least one task waited (`full`: all of them at once), over
 * 10, 60 and 300 seconds in percent, and the sum in microseconds. Three groups are put under
 * pressure, one each way, by a limit that they run into. A fourth only sleeps: the control.
 *
 * Who wants to act on pressure need not ask again and again. "some 200000 2000000" written to the
 * file arms a trigger: poll(2) says POLLPRI when tasks have waited 200 ms within 2 s.
 */
#include "disk.h"
#include "experiments.h"
#include "hog.h"

#include "cleanup.h"
#include "fsio.h"
#include "live.h"
#include "proc.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

enum { DISK_BYTES = 64 << 20, HIGH_BYTES = 16 * MIB, POINTS = 6, WATCH_MS = 1500 };

#define TRIGGER "some 200000 2000000"

/* The `total` of the line "some" of NAME.pressure, in microseconds. */
static int read_total(const struct group *g, const char *name, uint64_t *ret_usec, struct err *err)
{
    char file[32];

    snprintf(file, sizeof(file), "%s.pressure", name);
    cleanup_free char *text = fsio_read(g->path, file, err);
    const char *total = text ? strstr(text, "total=") : NULL;
    if (!text)
        return -1;
    if (!total || sscanf(total, "total=%lu", ret_usec) != 1)
        return err_set(err, ERR_SYS, "%s/%s has no total: '%s'", g->path, file, text);
    return 0;
}

/* Two loops that want the same CPU: one of them always waits. */
static int press_cpu(struct run *run, const struct group *g, struct err *err)
{
    int cpu = sched_getcpu();

    note(&run->report, "two busy loops, both on CPU %d", cpu);
    return group_busy(g, cpu, err) < 0 || group_busy(g, cpu, err) < 0 ? -1 : 0;
}

/* More memory than memory.high: the kernel slows the process down and reclaims. */
static int press_memory(struct run *run, const struct group *g, struct err *err)
{
    if (group_set(run, g, err, "memory.high", "%d", HIGH_BYTES) < 0)
        return -1;
    note(&run->report, "a process that writes to 64 MiB of memory");
    return hog_start(g, 64 * MIB, err) < 0 ? -1 : 0;
}

/* More writes than io.max lets through. */
static int press_io(struct run *run, const struct group *g, struct err *err)
{
    struct loopfs fs;

    if (loopfs_alone(err) < 0 || loopfs_make(&fs, &run->undo, DISK_BYTES, err) < 0 ||
        group_set(run, g, err, "io.max", "%s wbps=524288", fs.number) < 0)
        return -1;
    note(&run->report, "a process that writes to a disk of our own, %s", fs.device);
    return disk_writer(g, &fs, 0, 256, err) < 0 ? -1 : 0;
}

struct kind {
    const char *name, *what;
    int (*press)(struct run *run, const struct group *g, struct err *err);
};

static const struct kind KINDS[] = {
    {"cpu", "two loops and one CPU", press_cpu},
    {"memory", "more memory than memory.high", press_memory},
    {"io", "more writes than io.max", press_io},
};

enum { COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

/* Puts a group under pressure and draws how much of the time is lost. It stays under pressure. */
static int rise(
    struct run *run, const struct kind *kind, struct group *g, double *ret_share, struct err *err)
{
    uint64_t begin, last, now;
    char suffix[32];
    struct live live;

    snprintf(suffix, sizeof(suffix), "-%s", kind->name);
    if (group_make(run, suffix, kind->name, g, err) < 0 || kind->press(run, g, err) < 0 ||
        read_total(g, kind->name, &begin, err) < 0 ||
        live_begin(&live, &run->report, "second", 1, -1, err) < 0)
        return -1;
    last = begin;
    double start = live_now(), before = start;
    for (int i = 0; i < POINTS; i++) {
        usleep(400000);
        if (read_total(g, kind->name, &now, err) < 0)
            return -1;
        live_point(&live, kind->name, (double)(now - last) / 1e6 / (live_now() - before));
        before = live_now();
        last = now;
    }
    live_end(&live);
    *ret_share = (double)(now - begin) / 1e6 / (before - start);
    snprintf(suffix, sizeof(suffix), "%s.pressure", kind->name);
    cleanup_free char *text = fsio_read(g->path, suffix, err);
    if (!text)
        return -1;
    note(&run->report, "%s/%s: %.*s", g->name, suffix, (int)strcspn(text, "\n"), text);
    return 0;
}

/* The trigger lives as long as the descriptor is open. */
static int arm(struct run *run, const struct group *g, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/cpu.pressure", g->path);
    note(&run->report, "%s/cpu.pressure <- " TRIGGER, g->name);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    /* the terminating NUL belongs to it (Documentation/accounting/psi.rst) */
    if (fd >= 0 && write(fd, TRIGGER, sizeof(TRIGGER)) == (ssize_t)sizeof(TRIGGER))
        return fd;
    err_sys(err, "cannot arm a trigger in %s", path);
    if (fd >= 0)
        close(fd);
    return err_hint(err, "maybe CAP_SYS_RESOURCE is missing -> make vm-03");
}

/* How often each of the two triggers fires within WATCH_MS. */
static int wait_for_triggers(struct run *run, const struct group *busy, const struct group *idle,
    uint64_t ret_fired[2], struct err *err)
{
    cleanup_close int busy_fd = arm(run, busy, err);
    cleanup_close int idle_fd = busy_fd < 0 ? -1 : arm(run, idle, err);
    struct pollfd pollers[] = {
        {.fd = busy_fd, .events = POLLPRI}, {.fd = idle_fd, .events = POLLPRI}};

    if (idle_fd < 0)
        return -1;
    ret_fired[0] = ret_fired[1] = 0;
    double begin = live_now();
    for (int left = WATCH_MS; left > 0; left = WATCH_MS - (int)((live_now() - begin) * 1000)) {
        if (poll(pollers, 2, left) < 0)
            return err_sys(err, "cannot wait for the triggers");
        for (int i = 0; i < 2; i++) {
            if (!(pollers[i].revents & POLLPRI))
                continue;
            if (ret_fired[i]++ == 0)
                note(&run->report, "%.1f s: POLLPRI from %s", live_now() - begin,
                    i ? idle->name : busy->name);
        }
    }
    return 0;
}

static int psi_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group idle, g[COUNT];
    double share[COUNT];
    uint64_t fired[2], before, after, lost = 0;

    step(r, "Documentation/accounting/psi.rst", "control: a group that only sleeps");
    if (group_make(run, "-idle", "", &idle, err) < 0 || group_sleeper(&idle, err) < 0)
        return -1;
    usleep(100000);
    if (read_total(&idle, "cpu", &before, err) < 0)
        return -1;
    for (int i = 0; i < COUNT; i++) {
        step(
            r, "Documentation/accounting/psi.rst", "%s.pressure: %s", KINDS[i].name, KINDS[i].what);
        if (rise(run, &KINDS[i], &g[i], &share[i], err) < 0)
            return -1;
    }
    step(r, "Documentation/accounting/psi.rst; poll(2)", "a trigger in two groups, and wait");
    if (wait_for_triggers(run, &g[0], &idle, fired, err) < 0)
        return -1;
    for (int i = 0; i < COUNT; i++) {
        if (read_total(&idle, KINDS[i].name, &after, err) < 0)
            return -1;
        lost += after - (i == 0 ? before : 0);
    }

    claim_range(r, "cpu: share of the time lost", share[0], 0.5, 1.1, "cpu.pressure");
    claim_range(r, "memory: share of the time lost", share[1], 0.1, 1.1, "memory.pressure");
    claim_range(r, "io: share of the time lost", share[2], 0.3, 1.1, "io.pressure");
    claim_u64(r, "the trigger wakes who polls", fired[0], GE, 1, "poll(2)");
    claim_u64(r, "control: not in the idle group", fired[1], EQ, 0, "poll(2)");
    claim_u64(r, "control: idle, nothing is lost (us)", lost, LE, 50000, "*.pressure");
    return 0;
}

const struct experiment psi_experiment = {
    .name = "psi",
    .summary = "pressure: cpu, memory and io, and a trigger that wakes a watcher",
    .needs = "root v2:cpu v2:memory v2:io file:/proc/pressure/cpu loop fs:ext4 tool:mkfs.ext4",
    .steps = 5,
    .run = psi_run,
};
