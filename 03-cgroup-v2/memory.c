// SPDX-License-Identifier: MIT
/*
 * memory: the limits, and the experiment that puts its parts together.
 *
 *     memory.max    the wall. What cannot be reclaimed is not given, and the OOM killer comes.
 *     memory.high   the brake. Above it the group is slowed down and reclaimed from, and nobody
 *                   is killed for going beyond
 *     memory.min    what a group keeps whatever happens (memory_protect.c)
 *     memory.low    what it keeps while others have something to give
 *
 * memory.events counts what the kernel did, memory.peak is the most there ever was, memory.stat
 * says what it was. The processes measured here write to memory that cannot be reclaimed, since it
 * has no file behind it and swap is switched off for the group. Swap is the experiment of that
 * name.
 */
#include "memory.h"

#include "fsio.h"
#include "hog.h"
#include "proc.h"

#include <unistd.h>

enum { LIMIT = 64 * MIB, TOO_MUCH = 128 * MIB, FITS = 32 * MIB, PATIENCE = 20 };

/* Where the host has swap, a group at its limit would be swapped out, and nobody be killed. */
int memory_no_swap(struct run *run, const struct group *g, struct err *err)
{
    return fsio_exists(g->path, "memory.swap.max") ? group_set(run, g, err, "memory.swap.max", "0")
                                                   : 0;
}

int memory_event(
    struct run *run, const struct group *g, const char *key, uint64_t *ret, struct err *err)
{
    if (fsio_read_key(g->path, "memory.events", key, ret, err) < 0)
        return -1;
    note(&run->report, "%s/memory.events: %s %lu", g->name, key, *ret);
    return 0;
}

static int show_stat(struct run *run, const struct group *g, uint64_t *ret_anon, struct err *err)
{
    uint64_t file, stack;

    if (fsio_read_key(g->path, "memory.stat", "anon", ret_anon, err) < 0 ||
        fsio_read_key(g->path, "memory.stat", "file", &file, err) < 0 ||
        fsio_read_key(g->path, "memory.stat", "kernel_stack", &stack, err) < 0)
        return -1;
    note(&run->report, "%s/memory.stat: anon %lu, file %lu, kernel_stack %lu", g->name, *ret_anon,
        file, stack);
    return 0;
}

int memory_max(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    uint64_t killed, still, peak = 0, anon;
    struct group g;

    step(r, "cgroup-v2.rst, \"Memory Interface Files\"", "memory.max: a group with 64 MiB");
    if (group_make(run, "-max", "memory", &g, err) < 0 || memory_no_swap(run, &g, err) < 0 ||
        group_set(run, &g, err, "memory.max", "%d", LIMIT) < 0)
        return -1;
    step(r, "mmap(2)", "a process that writes to 128 MiB");
    pid_t pid = hog_start(&g, TOO_MUCH, err);
    if (pid < 0)
        return -1;
    hog_watch(run, &g, "max", pid, PATIENCE, TOO_MUCH, LIMIT);
    proc_end(pid);
    /* memory.peak came with Linux 5.19 */
    bool has_peak = fsio_exists(g.path, "memory.peak");
    if (memory_event(run, &g, "oom_kill", &killed, err) < 0 ||
        (has_peak && fsio_read_u64(g.path, "memory.peak", &peak, err) < 0))
        return -1;
    claim_u64(r, "max: the kernel killed it", killed, GE, 1, "memory.events oom_kill");
    if (has_peak)
        claim_u64(r, "max: bytes above the limit, at its peak", peak > LIMIT ? peak - LIMIT : 0, LT,
            MIB, "memory.peak");

    step(r, NULL, "control: one that writes to 32 MiB, in the same group");
    pid = hog_start(&g, FITS, err);
    if (pid < 0)
        return -1;
    hog_watch(run, &g, "fits", pid, PATIENCE, TOO_MUCH, LIMIT);
    if (show_stat(run, &g, &anon, err) < 0 || memory_event(run, &g, "oom_kill", &still, err) < 0)
        return -1;
    proc_end(pid);
    claim_u64(r, "control: 32 MiB fit", anon, GE, FITS, "memory.stat anon");
    claim_u64(r, "control: and nobody is killed", still - killed, EQ, 0, "memory.events oom_kill");
    return 0;
}

int memory_high(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    uint64_t high, killed, anon;
    struct group g;

    step(r, NULL, "control: a process that writes to 64 MiB, with no limit at all");
    if (group_make(run, "-high", "memory", &g, err) < 0 || memory_no_swap(run, &g, err) < 0)
        return -1;
    pid_t pid = hog_start(&g, 2 * FITS, err);
    if (pid < 0)
        return -1;
    hog_watch(run, &g, "free", pid, PATIENCE, TOO_MUCH, FITS);
    if (show_stat(run, &g, &anon, err) < 0)
        return -1;
    proc_end(pid);
    claim_u64(r, "control: without high it gets 64 MiB", anon, GE, 2 * FITS, "memory.stat anon");

    step(r, "cgroup-v2.rst, \"Memory Interface Files\"",
        "memory.high: the same above 32 MiB, for 3 s");
    explain(r, "it sleeps a little longer at each step above: at 10 %% more, half a second and up");
    if (group_set(run, &g, err, "memory.high", "%d", FITS) < 0)
        return -1;
    pid = hog_start(&g, 2 * FITS, err);
    if (pid < 0)
        return -1;
    hog_watch(run, &g, "high", pid, 3, TOO_MUCH, FITS);
    char state = proc_state(pid);
    if (show_stat(run, &g, &anon, err) < 0 || memory_event(run, &g, "high", &high, err) < 0 ||
        memory_event(run, &g, "oom_kill", &killed, err) < 0)
        return -1;
    proc_end(pid);
    claim_u64(r, "high: it was slowed down", high, GE, 1, "memory.events high");
    claim_u64(r, "high: it got less than it wanted", anon, LT, 2 * FITS, "memory.stat anon");
    claim_text(r, "high: it lives", state && state != 'Z' ? "lives" : "dies", EQ, "lives",
        "/proc/PID/stat");
    claim_u64(r, "high: nobody is killed", killed, EQ, 0, "memory.events oom_kill");
    return 0;
}

/* A hog and a bystander in a group of 64 MiB. *ret_lives: the bystander outlived the hog. */
static int with_bystander(
    struct run *run, const char *suffix, int whole, bool *ret_lives, struct err *err)
{
    struct group g;

    if (group_make(run, suffix, "memory", &g, err) < 0 || memory_no_swap(run, &g, err) < 0 ||
        group_set(run, &g, err, "memory.max", "%d", LIMIT) < 0 ||
        group_set(run, &g, err, "memory.oom.group", "%d", whole) < 0)
        return -1;
    pid_t bystander = group_sleeper(&g, err);
    pid_t hog = bystander < 0 ? -1 : hog_start(&g, TOO_MUCH, err);
    if (hog < 0)
        return -1;
    hog_watch(run, &g, whole ? "oom.group 1" : "oom.group 0", hog, PATIENCE, TOO_MUCH, LIMIT);
    proc_end(hog);
    usleep(200000); /* the killer signals one process after the other */
    char state = proc_state(bystander);
    *ret_lives = state == 'S' || state == 'R';
    note(&run->report, "the bystander %s", *ret_lives ? "lives" : "is dead");
    proc_end(bystander);
    return 0;
}

int memory_oom_group(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    bool lives, spared;

    step(r, "cgroup-v2.rst, \"memory.oom.group\"", "memory.oom.group 1: all or none");
    if (with_bystander(run, "-whole", 1, &lives, err) < 0)
        return -1;
    claim_text(
        r, "oom.group 1: the bystander", lives ? "lives" : "dies", EQ, "dies", "/proc/PID/stat");
    step(r, NULL, "control: memory.oom.group 0");
    if (with_bystander(run, "-one", 0, &spared, err) < 0)
        return -1;
    claim_text(r, "control: oom.group 0: the bystander", spared ? "lives" : "dies", EQ, "lives",
        "/proc/PID/stat");
    return 0;
}

static int memory_run(struct run *run, struct err *err)
{
    return memory_max(run, err) < 0 || memory_high(run, err) < 0 ||
                   memory_oom_group(run, err) < 0 || memory_protect(run, err) < 0
               ? -1
               : 0;
}

const struct experiment memory_experiment = {
    .name = "memory",
    .summary = "max, high, oom.group, min and low; stat, events and peak",
    .needs = "root v2:memory loop fs:ext4 tool:mkfs.ext4",
    .steps = 11,
    .run = memory_run,
};
