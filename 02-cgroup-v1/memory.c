// SPDX-License-Identifier: MIT
/*
 * memory: a limit of 100 MiB, and a program that wants 200.
 *
 * A group gets memory.limit_in_bytes, and stress-ng is started in it with one worker that touches
 * more than that. The kernel charges each page to the group; at the limit it looks for pages to
 * take back, finds none (no swap for this group), and kills the worker. stress-ng starts another,
 * so that this happens again and again, and at last it reports success: which is why the claims
 * read what the kernel counted, in memory.oom_control, and never what the program says of itself.
 *
 * The control is a second group with the same limit and a worker that fits into it.
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/memory.rst.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"
#include "live.h"
#include "proc.h"
#include "size.h"

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

struct memory_args {
    uint64_t limit_bytes, load_bytes, seconds;
};

#define OPTION(name, arg, help, type, field, least, most)                                          \
    {                                                                                              \
        0, name, arg, help, type, offsetof(struct memory_args, field), least, most                 \
    }

static const struct opt MEMORY_OPTS[] = {
    OPTION("limit", "SIZE", "the group's limit (100m)", OPT_BYTES, limit_bytes, 64 << 20, 1 << 30),
    OPTION(
        "load", "SIZE", "what stress-ng takes (200m)", OPT_BYTES, load_bytes, 64 << 20, 2u << 30),
    OPTION("seconds", "N", "how long it tries (3)", OPT_UINT, seconds, 1, 600),
    {0},
};

enum { MIB = 1 << 20, START_SECONDS = 30 };

/* What the kernel counted for one group. */
struct outcome {
    uint64_t peak_bytes, oom_kills, failures;
};

/* A group with the limit. Swap is refused to it, or a host with swap would not have to kill. */
static int make_limited(struct run *run, const char *group, uint64_t limit_bytes, struct err *err)
{
    if (group_make(run, group, err) < 0 ||
        fsio_write(err, group, "memory.limit_in_bytes", "%" PRIu64, limit_bytes) < 0)
        return -1;
    return fsio_write(err, group, "memory.swappiness", "0");
}

/* Starts stress-ng in the group; --vm-keep: touch the same memory again and again. It wants to be
 * able to write where it is, which need not be so, or elsewhere. */
static int start_stress(
    const char *group, uint64_t bytes, uint64_t seconds, pid_t *ret_pid, struct err *err)
{
    char size[32], timeout[32];
    const char *const groups[] = {group, NULL};
    const char *const argv[] = {"stress-ng", "--vm", "1", "--vm-bytes", size, "--vm-keep",
        "--vm-hang", "0", "--temp-path", "/tmp", "--timeout", timeout, NULL};

    snprintf(size, sizeof(size), "%" PRIu64 "k", bytes >> 10);
    snprintf(timeout, sizeof(timeout), "%" PRIu64 "s", seconds);
    return proc_start(
        &(struct proc_spec){
            .argv = argv, .quiet = true, .setup = group_join, .arg = (void *)groups},
        ret_pid, err);
}

/*
 * Draws the group's memory until the program ends, or until it has held `enough_bytes` for a
 * second.
 */
static int watch(struct run *run, const char *group, const char *series, uint64_t limit_bytes,
    pid_t pid, uint64_t enough_bytes, uint64_t *ret_most, struct err *err)
{
    struct live live;
    uint64_t now, most = 0;
    double held_since = 0;
    double limit = (double)limit_bytes / MIB;

    if (live_begin(&live, &run->report, "MiB", limit * 1.25, limit, err) < 0)
        return -1;
    while (proc_state(pid) != 'Z' && !(held_since > 0 && live_now() - held_since > 1)) {
        if (fsio_read_u64(group, "memory.usage_in_bytes", &now, err) < 0)
            return -1;
        most = now > most ? now : most;
        if (now >= enough_bytes && held_since == 0)
            held_since = live_now();
        live_point(&live, series, (double)now / MIB);
        usleep(50000);
    }
    live_end(&live);
    *ret_most = most;
    return 0;
}

static int read_outcome(const char *group, struct outcome *ret, struct err *err)
{
    if (fsio_read_u64(group, "memory.max_usage_in_bytes", &ret->peak_bytes, err) < 0 ||
        fsio_read_u64(group, "memory.failcnt", &ret->failures, err) < 0)
        return -1;
    return fsio_read_key(group, "memory.oom_control", "oom_kill", &ret->oom_kills, err);
}

static int run_over(
    struct run *run, const struct memory_args *a, struct outcome *ret, struct err *err)
{
    struct report *r = &run->report;
    char group[PATH_MAX], limit[SIZE_TEXT], load[SIZE_TEXT];
    uint64_t most;
    pid_t pid;

    if (group_path(run, "memory", "", group, err) < 0)
        return -1;
    step(r, "mkdir(2), cgroups(7)", "mkdir %s, and set its limit:", group);
    note(r, "memory.limit_in_bytes <- %" PRIu64 " (%s), memory.swappiness <- 0", a->limit_bytes,
        size_format(a->limit_bytes, limit));
    explain(r, "with swap the kernel could move pages out instead of killing: 0 forbids it here");
    if (make_limited(run, group, a->limit_bytes, err) < 0)
        return -1;
    step(r, "stress-ng(1)", "tasks <- 0 in a child, which then runs stress-ng --vm 1 --vm-bytes %s",
        size_format(a->load_bytes, load));
    explain(
        r, "\"0\" is the writer itself: it is in the group before stress-ng's first instruction");
    if (start_stress(group, a->load_bytes, a->seconds, &pid, err) < 0 ||
        watch(run, group, "memory", a->limit_bytes, pid, UINT64_MAX, &most, err) < 0)
        return -1;
    int status = proc_wait(pid, err);
    if (status < 0 || read_outcome(group, ret, err) < 0)
        return -1;
    note(r, "the kernel killed it %" PRIu64 " times; stress-ng itself ended with status %d",
        ret->oom_kills, status);
    return 0;
}

static int run_control(struct run *run, const struct memory_args *a, struct outcome *ret,
    uint64_t *ret_most, struct err *err)
{
    struct report *r = &run->report;
    uint64_t load_bytes = a->limit_bytes / 10 * 9;
    char group[PATH_MAX], load[SIZE_TEXT];
    pid_t pid;

    step(r, "cgroup-v1/memory.rst", "control: a group with the same limit, and only %s in it",
        size_format(load_bytes, load));
    if (group_path(run, "memory", "-control", group, err) < 0 ||
        make_limited(run, group, a->limit_bytes, err) < 0 ||
        start_stress(group, load_bytes, START_SECONDS, &pid, err) < 0 ||
        watch(run, group, "control", a->limit_bytes, pid, load_bytes, ret_most, err) < 0)
        return -1;
    proc_signal(pid, SIGTERM);
    if (proc_wait(pid, err) < 0)
        return -1;
    return read_outcome(group, ret, err);
}

static int memory_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct memory_args args = *(const struct memory_args *)run->args;
    struct outcome over, fits;
    uint64_t most;

    args.limit_bytes = args.limit_bytes ? args.limit_bytes : 100 * MIB;
    args.load_bytes = args.load_bytes ? args.load_bytes : 2 * args.limit_bytes;
    args.seconds = args.seconds ? args.seconds : 3;
    if (args.load_bytes <= args.limit_bytes) {
        err_set(err, ERR_USAGE, "--load must be more than --limit, or there is nothing to see");
        return err_hint(err, "try --limit 64m --load 128m");
    }
    if (run_over(run, &args, &over, err) < 0 || run_control(run, &args, &fits, &most, err) < 0)
        return -1;
    /* a page or two may pass: what the kernel charges for itself it does not always refuse */
    uint64_t above_bytes = over.peak_bytes - args.limit_bytes;
    claim_u64(r, "bytes above the limit, at its peak",
        over.peak_bytes > args.limit_bytes ? above_bytes : 0, LT, MIB, "memory.max_usage_in_bytes");
    claim_u64(r, "and its peak is at the limit", over.peak_bytes, GE, args.limit_bytes - MIB,
        "memory.max_usage_in_bytes");
    claim_u64(r, "the kernel stepped in", over.oom_kills, GE, 1, "memory.oom_control, oom_kill");
    claim_u64(r, "the limit was hit", over.failures, GE, 1, "memory.failcnt");
    claim_u64(r, "control: nine tenths of it fit", most, GE, args.limit_bytes / 10 * 9,
        "memory.usage_in_bytes");
    claim_u64(
        r, "control: and nobody is killed", fits.oom_kills, EQ, 0, "memory.oom_control, oom_kill");
    return 0;
}

const struct experiment memory_experiment = {
    .name = "memory",
    .summary = "a limit of 100 MiB, and a program that wants 200",
    .needs = "root v1:memory tool:stress-ng",
    .steps = 3,
    .opts = MEMORY_OPTS,
    .args_size = sizeof(struct memory_args),
    .run = memory_run,
};
