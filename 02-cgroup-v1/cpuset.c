// SPDX-License-Identifier: MIT
/*
 * cpuset: which CPUs a group may use, and the error that everybody meets first.
 *
 * A new cpuset group has no CPUs and no memory nodes. A process in it could run nowhere, so the
 * kernel refuses each one with ENOSPC, "No space left on device", until both files are written. (A
 * parent whose cgroup.clone_children is 1 has them copied; v2 has no such trap.)
 *
 * Then two busy loops run in a group that has one CPU, and is given another one while they run.
 * Where they ran is read from cpuacct.usage_percpu of a group that both are in.
 * Source: cpuset(7), and the kernel's Documentation/admin-guide/cgroup-v1/cpusets.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Tries to put a child into the group: 0, or the errno of the write. */
static int try_join(const char *group, pid_t pid)
{
    struct err err = {0};

    return fsio_write(&err, group, "tasks", "%d", pid) < 0 ? err.code : 0;
}

/* A child that waits, to be moved about. */
static pid_t start_waiting(struct err *err)
{
    pid_t pid = proc_fork(err);

    if (pid == 0) {
        pause();
        _exit(0);
    }
    return pid;
}

/* Steps 2 to 4: the group takes a process only when both files are written. */
static int fill_in(struct run *run, const char *group, const char *cpu, struct err *err)
{
    struct report *r = &run->report;

    pid_t pid = start_waiting(err);
    if (pid < 0)
        return -1;
    step(r, "cpuset(7)", "tasks <- %d, while cpuset.cpus and cpuset.mems are empty", pid);
    int empty = try_join(group, pid);
    note(r, "%s", strerror(empty));
    step(r, "cpuset(7)", "cpuset.cpus <- %s, and again tasks <- %d", cpu, pid);
    if (fsio_write(err, group, "cpuset.cpus", "%s", cpu) < 0)
        return -1;
    int half = try_join(group, pid);
    note(r, "%s", strerror(half));
    step(r, "cpuset(7)", "cpuset.mems <- 0, and again tasks <- %d", pid);
    explain(r, "a memory node is the memory next to some CPUs; most machines have one, node 0");
    if (fsio_write(err, group, "cpuset.mems", "0") < 0)
        return -1;
    int both = try_join(group, pid);
    note(r, "%s", both ? strerror(both) : "it is in the group");
    proc_end(pid);
    claim_errno(r, "an empty cpuset takes nobody", empty, ENOSPC, "write(2) to tasks");
    claim_errno(r, "nor one with CPUs but no memory", half, ENOSPC, "write(2) to tasks");
    claim_errno(r, "control: with both it does", both, 0, "write(2) to tasks");
    return 0;
}

/* The CPU time of the group on one CPU, and on all others, in nanoseconds. */
static int usage(
    const char *acct, int cpu, uint64_t *ret_here, uint64_t *ret_others, struct err *err)
{
    cleanup_free char *text = fsio_read(acct, "cpuacct.usage_percpu", err);
    int i = 0;

    if (!text)
        return -1;
    *ret_here = *ret_others = 0;
    for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n"), i++)
        *(i == cpu ? ret_here : ret_others) += strtoull(word, NULL, 10);
    return 0;
}

/* The seconds that the group ran on this CPU and on all others, during one second. */
static int measure(const char *acct, int cpu, double *ret_here, double *ret_others, struct err *err)
{
    uint64_t here[2], others[2];

    if (usage(acct, cpu, &here[0], &others[0], err) < 0)
        return -1;
    usleep(1000000);
    if (usage(acct, cpu, &here[1], &others[1], err) < 0)
        return -1;
    *ret_here = (double)(here[1] - here[0]) / 1e9;
    *ret_others = (double)(others[1] - others[0]) / 1e9;
    return 0;
}

/* Asks the kernel to run the process on this CPU: 0, or errno. */
static int pin(pid_t pid, int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(pid, sizeof(set), &set) < 0 ? errno : 0;
}

/* Steps 5 and 6: two busy loops stay on the group's CPU, and move when it gets another one. */
static int run_two(
    struct run *run, const char *acct, const char *group, int cpu, int other, struct err *err)
{
    struct report *r = &run->report;
    double here, others, here_then, others_then;
    pid_t pid[2];

    step(r, "cgroup-v1/cpuacct.rst", "two busy loops in the group, for a second");
    for (int i = 0; i < 2; i++) {
        pid[i] = group_fork((const char *const[]){acct, group, NULL}, group_spin, NULL, err);
        if (pid[i] < 0)
            return -1;
    }
    if (measure(acct, cpu, &here, &others, err) < 0)
        return -1;
    note(r, "CPU %d worked %.2f s for them, all others %.2f s", cpu, here, others);
    int refused = pin(pid[0], other);

    step(r, "cpuset(7)", "control: cpuset.cpus <- %d, while they run", other);
    if (fsio_write(err, group, "cpuset.cpus", "%d", other) < 0 ||
        measure(acct, cpu, &here_then, &others_then, err) < 0)
        return -1;
    note(r, "CPU %d worked %.2f s for them, all others %.2f s", cpu, here_then, others_then);
    int granted = pin(pid[0], other);
    proc_end(pid[0]);
    proc_end(pid[1]);
    claim_range(r, "no other CPU works for the group", others, 0, 0.05, "cpuacct.usage_percpu");
    claim_range(
        r, "control: now only another one does", here_then, 0, 0.05, "cpuacct.usage_percpu");
    claim_range(
        r, "control: and that one does work", others_then, 0.01, 1.1, "cpuacct.usage_percpu");
    claim_errno(r, "no member can ask for another CPU", refused, EINVAL, "sched_setaffinity(2)");
    claim_errno(r, "control: now it is the group's own", granted, 0, "sched_setaffinity(2)");
    return 0;
}

static int cpuset_run(struct run *run, struct err *err)
{
    char group[PATH_MAX], acct[PATH_MAX], cpu_text[16];
    int cpu, other;

    host_two_cpus(&cpu, &other);
    snprintf(cpu_text, sizeof(cpu_text), "%d", cpu);
    if (group_path(run, "cpuset", "", group, err) < 0 ||
        group_path(run, "cpuacct", "", acct, err) < 0)
        return -1;
    step(&run->report, "cpuset(7)", "mkdir %s", group);
    if (group_make(run, group, err) < 0 || group_make(run, acct, err) < 0 ||
        fill_in(run, group, cpu_text, err) < 0)
        return -1;
    return run_two(run, acct, group, cpu, other, err);
}

const struct experiment cpuset_experiment = {
    .name = "cpuset",
    .summary = "which CPUs a group may use, and ENOSPC before they are set",
    .needs = "root v1:cpuset v1:cpuacct cpus:2",
    .steps = 6,
    .run = cpuset_run,
};
