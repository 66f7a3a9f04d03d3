// SPDX-License-Identifier: MIT
/*
 * events: being told that something happened to a group, without asking again and again.
 *
 * A watcher opens an events file and waits in poll(2) for POLLPRI. The kernel wakes it when a value
 * in the file changes; it then reads the file from its beginning and waits again:
 *
 *     cgroup.events    populated: is there any process in the group or below; frozen
 *     memory.events    low, high, max, oom, oom_kill
 *
 * That is how a service manager learns that a service's last process is gone, and how a monitor
 * learns of an OOM kill. v1 had the release_agent, a program that the kernel started, and eventfds
 * written into cgroup.event_control. The control is a poll while nothing happens: it times out.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "hog.h"
#include "live.h"
#include "proc.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT = 16 * MIB, TOO_MUCH = 32 * MIB, PATIENCE_MS = 20000, QUIET_MS = 500 };

struct watcher {
    int fd;
    const char *file;
};

/* One number out of the file, read anew from its beginning. */
static int read_value(const struct watcher *w, const char *key, uint64_t *ret, struct err *err)
{
    char text[1024];
    size_t length = strlen(key);
    ssize_t got = pread(w->fd, text, sizeof(text) - 1, 0);

    if (got < 0)
        return err_sys(err, "cannot read %s", w->file);
    text[got] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            *ret = strtoull(line + length, NULL, 10);
            return 0;
        }
    }
    return err_set(err, ERR_SYS, "%s has no '%s'", w->file, key);
}

static int watch(const struct group *g, const char *file, struct watcher *ret, struct err *err)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", g->path, file);
    *ret = (struct watcher){.fd = open(path, O_RDONLY | O_CLOEXEC), .file = file};
    return ret->fd < 0 ? err_sys(err, "cannot open %s", path) : 0;
}

/*
 * Waits until the kernel says that the file changed and `key` is `value` (or more). Says how often
 * it was woken; a file has several values, and any of them wakes.
 */
static int wait_for(struct run *run, const struct watcher *w, const char *key, uint64_t value,
    uint64_t *ret_wakes, struct err *err)
{
    uint64_t now = 0;

    *ret_wakes = 0;
    do {
        struct pollfd poll_fd = {.fd = w->fd, .events = POLLPRI};
        int ready = poll(&poll_fd, 1, PATIENCE_MS);
        if (ready < 0)
            return err_sys(err, "cannot poll %s", w->file);
        if (ready == 0)
            break; /* the claim about the wakes says so */
        ++*ret_wakes;
        if (read_value(w, key, &now, err) < 0)
            return -1;
    } while (value ? now < value : now != 0);
    note(&run->report, "poll(%s) woke us: %s %lu", w->file, key, now);
    return 0;
}

/* The control: how long poll waits, and what it says, while nothing happens. */
static int wait_in_vain(struct run *run, const struct watcher *w, struct err *err)
{
    struct pollfd poll_fd = {.fd = w->fd, .events = POLLPRI};
    uint64_t ignored;

    /* what happened so far is read first, so that only something new can wake us */
    if (read_value(w, "oom_kill", &ignored, err) < 0)
        return -1;
    int ready = poll(&poll_fd, 1, QUIET_MS);
    note(&run->report, "poll(%s) for %d ms: %d", w->file, QUIET_MS, ready);
    claim_u64(&run->report, "control: nothing happens, nobody is woken", (uint64_t)ready, EQ, 0,
        "poll(2)");
    return 0;
}

static int watch_population(struct run *run, const struct group *g, struct err *err)
{
    struct report *r = &run->report;
    uint64_t populated, came, went, still;
    struct watcher w;

    step(
        r, "poll(2); cgroup-v2.rst, \"cgroup.events\"", "watch cgroup.events, and start a process");
    if (watch(g, "cgroup.events", &w, err) < 0)
        return -1;
    cleanup_close int fd = w.fd;
    if (read_value(&w, "populated", &populated, err) < 0)
        return -1;
    note(r, "cgroup.events: populated %lu", populated);
    pid_t pid = group_sleeper(g, err);
    if (pid < 0 || wait_for(run, &w, "populated", 1, &came, err) < 0)
        return -1;
    claim_u64(r, "the first process wakes the watcher", came, GE, 1, "poll(2) on cgroup.events");
    step(r, NULL, "the process ends");
    proc_end(pid);
    if (wait_for(run, &w, "populated", 0, &went, err) < 0 ||
        read_value(&w, "populated", &still, err) < 0)
        return -1;
    claim_u64(r, "the last one's end wakes it too", went, GE, 1, "poll(2) on cgroup.events");
    claim_u64(r, "and nobody is left", still, EQ, 0, "cgroup.events populated");
    return 0;
}

static int watch_memory(struct run *run, const struct group *g, struct err *err)
{
    struct report *r = &run->report;
    uint64_t wakes, killed = 0;
    struct watcher w;

    step(r, "cgroup-v2.rst, \"memory.events\"", "control: watch memory.events, and do nothing");
    if (watch(g, "memory.events", &w, err) < 0)
        return -1;
    cleanup_close int fd = w.fd;
    if (wait_in_vain(run, &w, err) < 0)
        return -1;
    step(r, NULL, "a process that wants twice the limit");
    if (group_set(run, g, err, "memory.max", "%d", LIMIT) < 0)
        return -1;
    if (fsio_exists(g->path, "memory.swap.max") &&
        group_set(run, g, err, "memory.swap.max", "0") < 0)
        return -1;
    pid_t pid = hog_start(g, TOO_MUCH, err);
    if (pid < 0 || wait_for(run, &w, "oom_kill", 1, &wakes, err) < 0 ||
        read_value(&w, "oom_kill", &killed, err) < 0)
        return -1;
    proc_end(pid);
    claim_u64(r, "what memory.events counts wakes it", wakes, GE, 1, "poll(2) on memory.events");
    claim_u64(r, "and it finds the OOM kill", killed, GE, 1, "memory.events oom_kill");
    return 0;
}

static int events_run(struct run *run, struct err *err)
{
    struct group g;

    step(&run->report, "cgroups(7)", "a group with the memory controller");
    if (group_make(run, "", "memory", &g, err) < 0)
        return -1;
    return watch_population(run, &g, err) < 0 || watch_memory(run, &g, err) < 0 ? -1 : 0;
}

const struct experiment events_experiment = {
    .name = "events",
    .summary = "poll(2) on cgroup.events and memory.events wakes a watcher",
    .needs = "v2:memory",
    .steps = 5,
    .run = events_run,
};
