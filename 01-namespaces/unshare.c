// SPDX-License-Identifier: MIT
/*
 * unshare: new namespaces for the caller itself. The second of the three calls.
 *
 * No process is made: the one that calls leaves its namespaces for new ones. Two kinds cannot work
 * so, because a process's own PID and its clocks must not change under it: with CLONE_NEWPID and
 * CLONE_NEWTIME the caller stays where it is and its next children go into the new namespace
 * (/proc/PID/ns/pid_for_children). The first of them is PID 1; when it has ended the namespace is
 * dead, and the next fork fails. Source: unshare(2), pid_namespaces(7).
 */
#include "child.h"
#include "experiments.h"
#include "ns_table.h"
#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* In shared memory. */
struct scene {
    int flags;
    pid_t first_child;        /* as its parent sees it */
    pid_t first_child_inside; /* as it sees itself */
    int second_fork;          /* errno */
};

static int be_first(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    (void)err;
    scene->first_child_inside = getpid();
    child_turn(self);
    return 0;
}

/* The caller; its turns are the steps of the experiment. */
static int unshare_and_fork(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    child_turn(self); /* looked at before */
    if (unshare(scene->flags) < 0)
        return err_sys(err, "unshare failed");
    child_turn(self); /* looked at after */

    struct child first;
    if (child_start(&first, 0, be_first, scene, err) < 0)
        return -1;
    scene->first_child = first.pid;
    child_turn(self);

    child_kill(&first);
    pid_t second = fork();
    scene->second_fork = second < 0 ? errno : 0;
    if (second == 0)
        _exit(0);
    child_turn(self);
    return 0;
}

static uint64_t count_moved(const uint64_t from[NS_KINDS], const uint64_t to[NS_KINDS])
{
    uint64_t moved = 0;

    for (int i = 0; i < NS_KINDS; i++)
        moved += from[i] != to[i];
    return moved;
}

/* The two kinds that only the caller's children get. */
static bool is_for_children(int i)
{
    return ns_table[i].flag == CLONE_NEWPID || ns_table[i].flag == CLONE_NEWTIME;
}

static int unshare_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    uint64_t ours[NS_KINDS], before[NS_KINDS], after[NS_KINDS], childs[NS_KINDS], again[NS_KINDS];
    struct scene *scene = child_memory(sizeof(*scene));
    struct child child;
    char text[64];

    if (!scene)
        return err_sys(err, "no memory to share");
    if (ns_inodes(0, ours, err) < 0)
        return -1;
    for (int i = 0; i < NS_KINDS; i++)
        scene->flags |= ours[i] ? ns_table[i].flag : 0;
    step(r, "fork(2)", "a process in our own namespaces");
    if (child_start(&child, 0, unshare_and_fork, scene, err) < 0 ||
        ns_inodes(child.pid, before, err) < 0)
        return -1;

    step(r, "unshare(2)", "in it: unshare(all eight flags)");
    if (child_next(&child, err) < 0 || ns_inodes(child.pid, after, err) < 0)
        return -1;
    note(r, "it has moved in %lu of %d namespaces, and is process %d as before",
        count_moved(before, after), NS_KINDS, child.pid);

    step(r, "fork(2), pid_namespaces(7)", "it forks");
    if (child_next(&child, err) < 0 || ns_inodes(scene->first_child, childs, err) < 0)
        return -1;
    note(r, "its child is in %lu other namespaces than we, and is process %d in there",
        count_moved(ours, childs), scene->first_child_inside);
    explain(r, "programs know their own pid, so unshare cannot change it");

    step(r, "pid_namespaces(7)", "that child ends, and it forks again");
    if (child_next(&child, err) < 0 || ns_inodes(0, again, err) < 0)
        return -1;
    note(r, "fork: %s", scene->second_fork ? strerror(scene->second_fork) : "done");

    claim_u64(
        r, "control: before, all were ours", count_moved(ours, before), EQ, 0, "/proc/PID/ns");
    for (int i = 0; i < NS_KINDS; i++) {
        if (!ours[i])
            continue;
        snprintf(text, sizeof(text),
            is_for_children(i) ? "%s: only its child moved" : "%s: it moved", ns_table[i].option);
        bool as_said = is_for_children(i) ? after[i] == ours[i] && childs[i] != ours[i]
                                          : after[i] != ours[i] && childs[i] == after[i];
        claim_u64(r, text, as_said, EQ, 1, "/proc/PID/ns");
    }
    claim_u64(r, "the child is PID 1", (uint64_t)scene->first_child_inside, EQ, 1, "getpid(2)");
    claim_errno(r, "without its PID 1 no fork works", scene->second_fork, ENOMEM, "fork(2)");
    claim_u64(r, "control: we have not moved", count_moved(ours, again), EQ, 0, "/proc/self/ns");
    return child_end(&child, err);
}

const struct experiment unshare_experiment = {
    .name = "unshare",
    .summary = "the call that gives the caller new namespaces",
    .needs = "userns",
    .steps = 4,
    .run = unshare_run,
};
