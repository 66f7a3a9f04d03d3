// SPDX-License-Identifier: MIT
/*
 * freezer: a group that stands still.
 *
 * FROZEN in freezer.state stops every process of the group, without a signal that they could see
 * or catch, as docker pause does on v1. A frozen process is asleep so deeply that not even SIGKILL
 * ends it: the signal waits until the group is THAWED. (In v2 it ends at once.)
 *
 * Whether it works is measured from outside, by the CPU time of a busy loop in the group.
 * Source: the kernel's Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "proc.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Writes the state, and waits until the group has it: FREEZING comes before FROZEN. */
static int set_state(const char *group, const char *state, char ret_state[16], struct err *err)
{
    if (fsio_write(err, group, "freezer.state", "%s", state) < 0)
        return -1;
    for (int i = 0; i < 1000; i++) {
        cleanup_free char *now = fsio_read(group, "freezer.state", err);
        if (!now)
            return -1;
        snprintf(ret_state, 16, "%s", now);
        if (strcmp(now, state) == 0)
            return 0;
        usleep(5000);
    }
    return 0; /* the claim says what it was */
}

/* The CPU time that the process uses in 0.3 seconds, in nanoseconds. */
static uint64_t works(pid_t pid)
{
    uint64_t before = group_cpu_nsec(pid);

    usleep(300000);
    return group_cpu_nsec(pid) - before;
}

static int freezer_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    char group[PATH_MAX], frozen[16], thawed[16];

    if (group_path(run, "freezer", "", group, err) < 0)
        return -1;
    step(r, "cgroup-v1/freezer-subsystem.rst", "mkdir %s, and a busy loop in it", group);
    if (group_make(run, group, err) < 0)
        return -1;
    pid_t pid = group_fork((const char *const[]){group, NULL}, group_spin, NULL, err);
    if (pid < 0)
        return -1;
    uint64_t before = works(pid);
    note(r, "in 0.3 s it used %lu us of CPU time", before / 1000);

    step(r, "cgroup-v1/freezer-subsystem.rst", "freezer.state <- FROZEN");
    if (set_state(group, "FROZEN", frozen, err) < 0)
        return -1;
    uint64_t still = works(pid);
    note(r, "in 0.3 s it used %lu us; its state in ps is %c", still / 1000, proc_state(pid));

    step(r, "kill(2)", "kill -9 %d, while it is frozen", pid);
    kill(pid, SIGKILL);
    usleep(200000);
    char state = proc_state(pid);
    note(r, "0.2 s later its state is still %c", state);

    step(r, "cgroup-v1/freezer-subsystem.rst", "freezer.state <- THAWED");
    if (set_state(group, "THAWED", thawed, err) < 0)
        return -1;
    int status = proc_wait(pid, err);
    if (status < 0)
        return -1;
    note(r, "now it is dead: status %d, 128 and the signal's number", status);

    claim_text(r, "the group is frozen", frozen, EQ, "FROZEN", "freezer.state");
    claim_u64(r, "a frozen process uses no CPU", still, EQ, 0, "clock_gettime(2)");
    claim_u64(r, "control: before, it worked", before, GT, 10000000, "clock_gettime(2)");
    claim_u64(r, "SIGKILL does not end it", state != 0 && state != 'Z', EQ, 1, "/proc/PID/stat");
    claim_u64(r, "control: thawed, it does", (uint64_t)status, EQ, 128 + SIGKILL, "waitpid(2)");
    return 0;
}

const struct experiment freezer_experiment = {
    .name = "freezer",
    .summary = "all processes of a group stand still, and go on",
    .needs = "root v1:freezer",
    .steps = 4,
    .run = freezer_run,
};
