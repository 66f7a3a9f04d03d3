// SPDX-License-Identifier: MIT
/*
 * run: the program that starts itself, with limits that hold.
 *
 * The whole of a small container: a group with half a CPU and 200 MiB, a child in new namespaces
 * that is in the group from its first instruction, /proc/self/exe as its init (container.c,
 * init.c), and inside it a command: stress-ng, which wants half as much memory again as it may
 * have. From outside one sees its processes under two numbers each, and its resident size climb to
 * the limit and not past it; each time it gets there the kernel ends the worker, stress-ng starts
 * another, and at the end says that all went well. Hence its word counts for nothing, and the
 * group's counters are read. The control is a command that fits.
 */
#include "container.h"
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "live.h"
#include "size.h"
#include "watch.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { MIB = 1 << 20 };

/* It wants to be able to write where it is, which need not be so, or elsewhere. */
#define STRESS "stress-ng --temp-path /tmp --vm 1 --vm-keep --vm-bytes"

struct run_args {
    uint64_t limit_bytes, seconds;
};

static const struct opt RUN_OPTS[] = {
    {'m', "memory", "SIZE", "the memory limit (200m)", OPT_BYTES,
        offsetof(struct run_args, limit_bytes), .least = 16 * MIB, .most = 1ull << 40},
    {0, "seconds", "N", "how long stress-ng runs, at least (5)", OPT_UINT,
        offsetof(struct run_args, seconds), .least = 1, .most = 600},
    {0},
};

/* The init is ready and waits for its command: the one moment when nothing inside moves. */
static int check_init(struct run *run, const struct container *c, struct err *err)
{
    struct report *r = &run->report;
    struct process init;
    struct stat ours, its;
    char path[64];
    uint64_t member;

    snprintf(path, sizeof(path), "/proc/%d/exe", c->init.pid);
    if (process_read(c->init.pid, &init, err) < 0 || stat(path, &its) < 0 ||
        stat("/proc/self/exe", &ours) < 0)
        return err_sys(err, "cannot look at the init, process %d", c->init.pid);
    if (fsio_read_u64(c->group->path[0], "cgroup.procs", &member, err) < 0)
        return -1;
    claim_u64(r, "its init is PID 1 inside", (uint64_t)init.inside, EQ, 1, "NSpid of its status");
    claim_u64(
        r, "... and this same program", its.st_ino, EQ, ours.st_ino, "inode of /proc/PID/exe");
    claim_u64(r, "... and already in the group", member, EQ, (uint64_t)init.pid, "cgroup.procs");
    snprintf(path, sizeof(path), "/proc/%d/root/proc", c->init.pid);
    claim_u64(r, "processes in its own /proc", proc_count(path), EQ, 1, "/proc/PID/root/proc");
    claim_u64(r, "control: processes in the host's", proc_count("/proc"), GT, 2, "/proc");
    return 0;
}

/* The group, and the init in it, waiting: what every container here begins with. */
static int start(struct run *run, uint64_t limit_bytes, struct cgroup *group, struct container *c,
    struct err *err)
{
    struct report *r = &run->report;

    step(r, "cgroups(7); labs 02 and 03", "a group %s with its limits, before anything is in it",
        run->undo.id);
    if (limited_group(run, run->undo.id, limit_bytes, group, err) < 0)
        return -1;
    show_limits(r, group);
    step(r, "clone(2), proc_pid_exe(5)", "clone3(" CONTAINER_FLAGS ") %s, execve(/proc/self/exe)",
        group->fd >= 0 ? "into the group" : "and a 0 to each tasks");
    explain(r, "a process that is born in its group never runs without its limits");
    *c = (struct container){.group = group, .hostname = run->undo.id, .terminal = run->argc > 0};
    if (container_start(c, err) < 0)
        return -1;
    note(r, "process %d here is PID 1 there, the same program once more", c->init.pid);
    return check_init(run, c, err);
}

/* Some charges may not be refused (a page that frees others): there may be a few pages over. */
static void claim_not_passed(struct report *r, const struct seen *seen)
{
    uint64_t over_bytes =
        seen->peak_bytes > seen->limit_bytes ? seen->peak_bytes - seen->limit_bytes : 0;

    claim_u64(r, "the group's bytes above the limit", over_bytes, LT, MIB, seen->peak_source);
}

/* A command that the user named: its own terminal, its own status. */
static int run_users(struct run *run, struct cgroup *group, struct container *c, struct err *err)
{
    struct report *r = &run->report;
    struct seen seen = {0};

    step(r, "pipe(7), execve(2)", "%s%s through the pipe; the init runs it", run->argv[0],
        run->argc > 1 ? " ..." : "");
    if (container_go(c, run->argv, err) < 0 || watch(c, NULL, 0, &seen, err) < 0)
        return -1;
    run->status = container_wait(c, err);
    if (run->status < 0)
        return -1;
    step(r, "waitid(2)", "the command ended with status %d, and so does ./run", run->status);
    claim_not_passed(r, &seen);
    return cgroup_remove(group, err);
}

static int run_stress(struct run *run, struct container *c, uint64_t limit_bytes, uint64_t seconds,
    struct seen *seen, struct err *err)
{
    struct report *r = &run->report;
    char bytes[32], line[160];
    struct process all[WATCH_MOST];
    struct live live;
    char *const argv[] = {"sh", "-c", line, NULL};

    snprintf(bytes, sizeof(bytes), "%" PRIu64 "m", limit_bytes * 3 / 2 / MIB);
    snprintf(line, sizeof(line), "exec " STRESS " %s --vm-populate >/dev/null 2>&1", bytes);
    step(r, "pipe(7), execve(2)", "stress-ng --vm 1 --vm-bytes %s, through the pipe", bytes);
    if (container_go(c, argv, err) < 0)
        return -1;
    step(r, "pid_namespaces(7)", "the processes, by their number here and the one inside");
    int count = wait_for_processes(c, 4, all);
    tree_print(r, all, count, c->init.pid);
    step(r, "proc_pid_status(5)",
        "RssAnon of the largest, highest in half a second; | is the limit");
    if (live_begin(
            &live, r, "MiB", (double)limit_bytes * 1.2 / MIB, (double)limit_bytes / MIB, err) < 0)
        return -1;
    int result = watch(c, &live, seconds, seen, err);
    live_end(&live);
    return result;
}

static void claim_held(struct run *run, const struct seen *seen)
{
    struct report *r = &run->report;

    claim_u64(r, "resident size is held at the limit", seen->resident_bytes, LE, seen->limit_bytes,
        "RssAnon of /proc/PID/status");
    claim_not_passed(r, seen);
    claim_u64(r, "... and its peak is close to it", seen->peak_bytes, GE,
        seen->limit_bytes / 10 * 9, seen->peak_source);
    claim_u64(r, "the kernel stepped in", seen->usage.oom_kills, GE, 1, "oom_kill");
    claim_range(r, "cores used, of a quota of 0.5",
        (double)seen->usage.cpu_usec / 1e6 / seen->seconds, 0, 0.65, "CPU time of the group");
    claim_u64(r, "it was stopped in some periods", seen->usage.throttled_periods, GE, 1,
        "nr_throttled of cpu.stat");
}

/* Half of the limit fits; the shell then gives a status of its own, which must come back. */
static int control(struct run *run, uint64_t limit_bytes, struct err *err)
{
    struct report *r = &run->report;
    struct cgroup group;
    struct seen seen = {0};
    char name[32], line[160];
    char *const argv[] = {"sh", "-c", line, NULL};
    struct container c = {.group = &group, .hostname = run->undo.id};

    snprintf(name, sizeof(name), "%s-fits", run->undo.id);
    snprintf(line, sizeof(line), STRESS " %" PRIu64 "m --timeout 1s >/dev/null 2>&1; exit 7",
        limit_bytes / 2 / MIB);
    step(r, NULL, "control: half of that, and a status: sh -c 'stress-ng ... %" PRIu64 "m; exit 7'",
        limit_bytes / 2 / MIB);
    if (limited_group(run, name, limit_bytes, &group, err) < 0 || container_start(&c, err) < 0 ||
        container_go(&c, argv, err) < 0 || watch(&c, NULL, 0, &seen, err) < 0)
        return -1;
    int status = container_wait(&c, err);
    note(r, "status %d", status);
    claim_u64(r, "the status of sh comes back", (uint64_t)status, EQ, 7, "waitid(2)");
    claim_u64(r, "control: half the limit fits", seen.usage.oom_kills, EQ, 0, "oom_kill");
    return status < 0 ? -1 : cgroup_remove(&group, err);
}

/*
 * stress-ng fills the group up to its limit. Where the host has not that much, it is refused the
 * memory, and no claim would hold; or it gets it, and the whole host runs out before the group.
 */
static int check_room(uint64_t limit_bytes, struct err *err)
{
    char wanted[SIZE_TEXT], there[SIZE_TEXT];
    struct err ignored;
    uint64_t available_kib;

    if (fsio_read_key(NULL, "/proc/meminfo", "MemAvailable:", &available_kib, &ignored) < 0 ||
        limit_bytes / 1024 < available_kib / 10 * 9)
        return 0;
    err_set(err, ERR_SKIP, "this would fill %s of memory, and the host has %s to spare",
        size_format(limit_bytes, wanted), size_format(available_kib * 1024, there));
    return err_hint(err, "the host itself would run out -> a smaller --memory");
}

static int run_run(struct run *run, struct err *err)
{
    const struct run_args *args = run->args;
    struct report *r = &run->report;
    uint64_t limit_bytes = args->limit_bytes ? args->limit_bytes : 200 * MIB;
    struct cgroup group;
    struct container c;
    struct seen seen = {0};

    if (run->argc > 0)
        r->steps = 4;
    else if (check_room(limit_bytes, err) < 0)
        return -1;
    if (start(run, limit_bytes, &group, &c, err) < 0)
        return -1;
    if (run->argc > 0)
        return run_users(run, &group, &c, err);
    if (run_stress(run, &c, limit_bytes, args->seconds ? args->seconds : 5, &seen, err) < 0)
        return -1;
    int status = container_wait(&c, err);
    if (status < 0)
        return -1;
    step(r, "waitid(2)",
        "SIGINT: stress-ng ends with status %d, %" PRIu64 " of its workers were killed", status,
        seen.usage.oom_kills);
    explain(r, "its status is its own opinion; oom_kill is what the kernel counted");
    claim_held(run, &seen);
    if (cgroup_remove(&group, err) < 0)
        return -1;
    return control(run, limit_bytes, err);
}

const struct experiment run_experiment = {
    .name = "run",
    .summary = "starts itself as the init of a limited container, with stress-ng in it",
    .needs = "root limits tool:stress-ng",
    .steps = 7,
    .opts = RUN_OPTS,
    .args_size = sizeof(struct run_args),
    .operands = "[-- CMD [ARG...]]",
    .run = run_run,
};
