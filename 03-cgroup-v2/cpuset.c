// SPDX-License-Identifier: MIT
/*
 * cpuset: on which CPUs and memory nodes a group may run.
 *
 *     cpuset.cpus             what was asked for; empty means the parent's
 *     cpuset.cpus.effective   what the group really has: a part of the parent's, never empty
 *     cpuset.mems, .effective the same for memory nodes (one node, 0, on most machines)
 *
 * What is asked for is kept as it was written, even when the parent cannot give it; the effective
 * list says what came of it, and /proc/PID/status shows it from the side of a process.
 *
 * The second half of the experiment is in partition.c.
 */
#include "cpuset.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"
#include "proc.h"

#include <sched.h>
#include <string.h>

/* A line of /proc/PID/status, such as "Cpus_allowed_list:", without its name. */
static int read_status(pid_t pid, const char *key, char ret[64], struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    cleanup_free char *text = fsio_read(NULL, path, err);
    const char *line = text ? strstr(text, key) : NULL;
    if (!line || sscanf(line + strlen(key), "%63s", ret) != 1)
        return text ? err_set(err, ERR_SYS, "%s has no line %s", path, key) : -1;
    return 0;
}

int cpuset_show(
    struct run *run, const struct group *g, const char *file, char ret[64], struct err *err)
{
    cleanup_free char *text = fsio_read(g->path, file, err);

    if (!text)
        return -1;
    snprintf(ret, 64, "%s", text);
    note(&run->report, "%s/%s: %s", g->name, file, *text ? text : "(empty)");
    return 0;
}

int cpuset_clear(struct run *run, const struct group *g, struct err *err)
{
    note(&run->report, "%s/cpuset.cpus <- (an empty line)", g->name);
    return fsio_write(err, g->path, "cpuset.cpus", "\n");
}

/* A process on one CPU; then on all that the parent has, which *ret_all lists. */
static int pin(
    struct run *run, const struct group *g, const char *want, char ret_all[64], struct err *err)
{
    struct report *r = &run->report;
    char cpus[64], mems[64], nodes[64], allowed[64];

    step(r, "cgroup-v2.rst, \"Cpuset Interface Files\"", "CPU %s and memory node 0, and a process",
        want);
    pid_t pid = group_busy(g, GROUP_ANY_CPU, err);
    if (pid < 0 || group_set(run, g, err, "cpuset.cpus", "%s", want) < 0 ||
        group_set(run, g, err, "cpuset.mems", "0") < 0 ||
        cpuset_show(run, g, "cpuset.cpus.effective", cpus, err) < 0 ||
        cpuset_show(run, g, "cpuset.mems.effective", mems, err) < 0 ||
        read_status(pid, "Cpus_allowed_list:", allowed, err) < 0 ||
        read_status(pid, "Mems_allowed_list:", nodes, err) < 0)
        return -1;
    note(r, "/proc/%d/status: Cpus_allowed_list %s, Mems_allowed_list %s", pid, allowed, nodes);
    claim_text(r, "the process may use that CPU only", allowed, EQ, want, "/proc/PID/status");
    claim_text(r, "and that memory node only", nodes, EQ, "0", "/proc/PID/status");

    step(r, NULL, "control: nothing asked for, so it has what the parent has");
    explain(r, "the process ends first: some kernels let no group with processes ask for nothing");
    proc_end(pid);
    char parents[64];
    struct group parent = {.name = "(parent)"};
    snprintf(parent.path, sizeof(parent.path), "%s", g->parent);
    if (cpuset_clear(run, g, err) < 0 ||
        cpuset_show(run, g, "cpuset.cpus.effective", ret_all, err) < 0 ||
        cpuset_show(run, &parent, "cpuset.cpus.effective", parents, err) < 0)
        return -1;
    claim_text(
        r, "control: unset, it is the parent's", ret_all, EQ, parents, "cpuset.cpus.effective");
    return 0;
}

/* The group above has `has`; the one below asks for something else, and for more. */
static int ask_for_more(
    struct run *run, const struct group *g, const char *has, const char *other, struct err *err)
{
    struct report *r = &run->report;
    char asked[64], got[64];
    struct group below;

    step(r, NULL, "a group below asks for CPU %s, which its parent does not have", other);
    if (group_set(run, g, err, "cpuset.cpus", "%s", has) < 0 ||
        group_make_below(run, g, "below", "cpuset", &below, err) < 0 ||
        group_set(run, &below, err, "cpuset.cpus", "%s", other) < 0 ||
        cpuset_show(run, &below, "cpuset.cpus", asked, err) < 0 ||
        cpuset_show(run, &below, "cpuset.cpus.effective", got, err) < 0)
        return -1;
    claim_text(r, "what was asked for is kept", asked, EQ, other, "cpuset.cpus");
    claim_text(r, "what it gets is the parent's", got, EQ, has, "cpuset.cpus.effective");
    return group_remove(&below, err);
}

static int cpuset_run(struct run *run, struct err *err)
{
    char first[16], last[16], all[64];
    struct group g;
    char parent[PATH_MAX];
    int low, high;

    if (host_v2_parent(parent) && cpuset_can_part(parent, err) < 0)
        return -1;
    host_two_cpus(&low, &high);
    snprintf(first, sizeof(first), "%d", low);
    snprintf(last, sizeof(last), "%d", high);
    step(&run->report, "cgroup-v2.rst, \"Cpuset\"", "a group with the cpuset controller");
    if (group_make(run, "", "cpuset", &g, err) < 0 || group_take_turn(run, &g, err) < 0 ||
        pin(run, &g, last, all, err) < 0 || ask_for_more(run, &g, last, first, err) < 0 ||
        group_remove(&g, err) < 0)
        return -1;
    return cpuset_partition(run, last, first, all, err);
}

const struct experiment cpuset_experiment = {
    .name = "cpuset",
    .summary = "on which CPUs: cpus, mems, effective, and partitions",
    .needs = "root v2:cpuset cpus:2",
    .steps = 9,
    .run = cpuset_run,
};
