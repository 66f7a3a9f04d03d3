// SPDX-License-Identifier: MIT
/*
 * pid: process IDs of its own, and what it means to be number 1.
 *
 * The same little family is started twice: a first process with a child and, through a parent that
 * ends at once, an orphan. In a new PID namespace the first process is PID 1, an init: it inherits
 * the orphans of its namespace, signals from inside that it has no handler for do not reach it, and
 * when it ends the kernel kills everybody else in there. Without the namespace (the control) none
 * of the three holds. All is measured from outside, where the same processes have ordinary numbers.
 */
#include "child.h"
#include "experiments.h"
#include "fsio.h"
#include "proc.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In shared memory: pids as they are seen where they are. */
struct family {
    pid_t first, child, orphan;
};

/* Plain fork, without a death signal: whether it outlives its parent is the question here. */
static pid_t fork_sleeper(const struct child *self)
{
    pid_t pid = fork();

    if (pid == 0) {
        close(self->fd); /* or our parent's end would go unnoticed */
        sleep(60);       /* longer than the experiment; the guard ends it in any case */
        _exit(0);
    }
    return pid;
}

/*
 * The first process. It waits for the one in the middle, so when it takes its turn the orphan has
 * been given to its new parent already: the kernel does that before it wakes whoever waits.
 */
static int be_first(struct child *self, void *arg, struct err *err)
{
    struct family *family = arg;

    family->first = getpid();
    family->child = fork_sleeper(self);
    pid_t middle = fork();
    if (middle == 0) {
        family->orphan = fork_sleeper(self);
        _exit(0);
    }
    if (proc_wait(middle, err) < 0)
        return -1;
    child_turn(self);

    pid_t killer = fork();
    if (killer == 0)
        _exit(kill(family->first, SIGTERM) == 0 ? 0 : 1);
    if (proc_wait(killer, err) < 0)
        return -1;
    child_turn(self);
    return 0;
}

/* The number that a process has outside, found by its last number in NSpid, among the children. */
static pid_t find_outside(pid_t parent, pid_t inside)
{
    char path[64], numbers[CHILD_STATUS];
    struct err ignored;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
    char *children = fsio_read(NULL, path, &ignored);
    pid_t found = 0;
    for (char *word = children ? strtok(children, " ") : NULL; word; word = strtok(NULL, " ")) {
        pid_t pid = atoi(word);
        const char *last = strrchr(child_status(pid, "NSpid", numbers), ' ');
        if (last && atoi(last + 1) == inside)
            found = pid;
    }
    free(children);
    return found;
}

/* A zombie has ended; only its status is still there. */
static uint64_t alive(pid_t pid)
{
    char state = pid > 0 ? proc_state(pid) : 0;

    return state != 0 && state != 'Z';
}

static int with_namespace(struct report *r, struct family *family, struct err *err)
{
    struct child first;
    char numbers[CHILD_STATUS], parent[CHILD_STATUS], expected[32];

    step(r, "clone(2), pid_namespaces(7)", "clone(CLONE_NEWPID), and in it a child and an orphan");
    if (child_start(&first, CLONE_NEWPID | child_user_flag(), be_first, family, err) < 0)
        return -1;
    pid_t child = find_outside(first.pid, family->child);
    pid_t orphan = find_outside(first.pid, family->orphan);
    note(r, "inside: first %d, child %d, orphan %d", family->first, family->child, family->orphan);
    note(r, "outside: first %d, child %d, orphan %d", first.pid, child, orphan);
    explain(r, "a process has a number in its own namespace and in each one above it");
    snprintf(expected, sizeof(expected), "%d 1", first.pid);
    claim_text(r, "one process, two numbers", child_status(first.pid, "NSpid", numbers), EQ,
        expected, "NSpid in status");
    claim_u64(r, "the orphan's new parent is PID 1",
        strtoul(child_status(orphan, "PPid", parent), NULL, 10), EQ, (uint64_t)first.pid,
        "PPid in /proc/PID/status");

    step(r, "kill(2), pid_namespaces(7)", "kill(1, SIGTERM) from inside");
    if (child_next(&first, err) < 0)
        return -1;
    note(r, "PID 1 is %s", alive(first.pid) ? "still there" : "gone");
    explain(r, "it has no handler for SIGTERM, and the kernel protects an init from that");
    claim_u64(
        r, "PID 1 lives after SIGTERM from inside", alive(first.pid), EQ, 1, "/proc/PID/stat");

    step(r, "pid_namespaces(7)", "kill(%d, SIGKILL) from outside: PID 1 dies", first.pid);
    uint64_t before = alive(child) + alive(orphan);
    child_kill(&first);
    explain(r, "wait(2) for PID 1 returns only when the kernel has killed all the others");
    note(r, "others alive before: %lu, after: %lu", before, alive(child) + alive(orphan));
    claim_u64(r, "the others lived until PID 1 died", before, EQ, 2, "/proc/PID/stat");
    claim_u64(r, "and died with it", alive(child) + alive(orphan), EQ, 0, "/proc/PID/stat");
    return 0;
}

/*
 * The control. Its orphan goes to the nearest subreaper above (prctl(2)), which is the guard of
 * this lab, or to PID 1 of the machine.
 */
static int without_namespace(struct report *r, struct family *family, struct err *err)
{
    struct child first;
    char parent[CHILD_STATUS];

    step(r, "clone(2)", "control: the same family without the flag");
    if (child_start(&first, 0, be_first, family, err) < 0)
        return -1;
    pid_t adopter = atoi(child_status(family->orphan, "PPid", parent));
    note(r, "first %d, child %d, orphan %d", family->first, family->child, family->orphan);

    step(r, "kill(2)", "kill(%d, SIGTERM) from a child of it", first.pid);
    if (child_next(&first, err) < 0)
        return -1;
    int status = proc_wait(first.pid, err);
    uint64_t left = alive(family->child) + alive(family->orphan);
    note(r, "it ended with status %d; others alive: %lu", status, left);
    claim_u64(r, "control: the orphan went to another", (uint64_t)adopter, NE, (uint64_t)first.pid,
        "PPid in /proc/PID/status");
    claim_u64(
        r, "control: SIGTERM killed the first", (uint64_t)status, EQ, 128 + SIGTERM, "wait(2)");
    claim_u64(r, "control: the others outlived it", left, EQ, 2, "/proc/PID/stat");
    proc_signal(family->child, SIGKILL);
    proc_signal(family->orphan, SIGKILL);
    return 0;
}

static int pid_run(struct run *run, struct err *err)
{
    struct family *family = child_memory(sizeof(*family));

    if (!family)
        return err_sys(err, "no memory to share");
    if (with_namespace(&run->report, family, err) < 0)
        return -1;
    return without_namespace(&run->report, family, err);
}

const struct experiment pid_experiment = {
    .name = "pid",
    .summary = "process IDs of its own; what PID 1 is, and what its death does",
    .needs = "root|userns ns:pid",
    .steps = 5,
    .run = pid_run,
};
