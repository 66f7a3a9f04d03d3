// SPDX-License-Identifier: MIT
/*
 * controllers: which files a group has, and why it may not have processes and pass controllers down
 * at the same time.
 *
 * A controller comes down the tree one level at a time:
 *
 *     cgroup.controllers       what this group has: what its parent passed down. Read-only.
 *     cgroup.subtree_control   what it passes down in turn. "+memory" and "-memory" change it.
 *
 * So a new group has what its parent's subtree_control says, and a group below it has nothing until
 * somebody asks for it. The last part is the rule that there are no processes in inner groups: a
 * group with processes of its own cannot switch on a controller that manages whole groups (memory,
 * io, hugetlb ...), since those processes would compete with the child groups for the same
 * resource, with no file to say how much is theirs. The answer is EBUSY, both ways round. The
 * control moves the process to a leaf, and the same write works.
 *
 * cpu, cpuset, pids and perf_event can also manage threads, and are not refused: lab 03 threaded.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The first controller that the parent can pass down and that manages whole groups, or NULL. */
static const char *pick_controller(const char *parent)
{
    static const char *const domain_controllers[] = {"memory", "io", "hugetlb", "misc", "rdma"};

    for (size_t i = 0; i < sizeof(domain_controllers) / sizeof(domain_controllers[0]); i++) {
        if (host_file_has_word(parent, "cgroup.controllers", domain_controllers[i]))
            return domain_controllers[i];
    }
    return NULL;
}

/* How many files of the group belong to this controller: "memory." and so on. */
static uint64_t count_files(const char *path, const char *controller)
{
    cleanup_closedir DIR *dir = opendir(path);
    size_t length = strlen(controller);
    uint64_t count = 0;

    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        /* the pressure files are the core's own: they are there with no controller at all */
        count += strncmp(entry->d_name, controller, length) == 0 && entry->d_name[length] == '.' &&
                 !strstr(entry->d_name, ".pressure");
    }
    return count;
}

/* Prints a file of the group as "labs-7f3a/cgroup.controllers: cpu memory", and gives its text. */
static char *show(struct run *run, const char *dir, const char *file, struct err *err)
{
    char *text = fsio_read(dir, file, err);

    if (text)
        note(&run->report, "%s/%s: %s", strrchr(dir, '/') + 1, file, *text ? text : "(empty)");
    return text;
}

static int come_down(struct run *run, const char *controller, struct group *g, struct err *err)
{
    struct report *r = &run->report;
    struct group below;

    step(r, "cgroup-v2.rst, \"Controlling Controllers\"", "a group, and the parent's two files");
    if (group_make(run, "", controller, g, err) < 0)
        return -1;
    cleanup_free char *above = show(run, g->parent, "cgroup.controllers", err);
    cleanup_free char *passed = above ? show(run, g->parent, "cgroup.subtree_control", err) : NULL;
    cleanup_free char *has = passed ? show(run, g->path, "cgroup.controllers", err) : NULL;
    if (!has)
        return -1;
    explain(r, "the two lines are equal: what the parent passes down is what the group has");
    claim_u64(r, "what the parent passes down is there",
        host_file_has_word(g->path, "cgroup.controllers", controller), EQ, 1, "cgroup.controllers");

    step(r, NULL, "a group below it, with nothing asked for");
    if (group_make_below(run, g, "below", "", &below, err) < 0)
        return -1;
    cleanup_free char *none = show(run, below.path, "cgroup.controllers", err);
    if (!none)
        return -1;
    claim_text(r, "the group below has none", *none ? none : "(empty)", EQ, "(empty)",
        "cgroup.controllers");
    claim_u64(
        r, "control: and no file of it", count_files(below.path, controller), EQ, 0, "readdir(3)");

    step(r, NULL, "pass %s down, and look again", controller);
    if (group_set(run, g, err, "cgroup.subtree_control", "+%s", controller) < 0)
        return -1;
    cleanup_free char *one = show(run, below.path, "cgroup.controllers", err);
    if (!one)
        return -1;
    claim_text(r, "once passed on, it has just that", one, EQ, controller, "cgroup.controllers");
    claim_u64(r, "and so are its files", count_files(below.path, controller), GE, 1, "readdir(3)");

    step(r, NULL, "what a group does not have, it cannot pass down");
    claim_errno(r, "one that did not come down",
        group_try(run, &below, "cgroup.subtree_control", "+cpu"), ENOENT, "write(2)");
    claim_errno(r, "one that no kernel has",
        group_try(run, &below, "cgroup.subtree_control", "+coffee"), EINVAL, "write(2)");
    return 0;
}

static int no_inner_processes(
    struct run *run, const char *controller, const struct group *inner, struct err *err)
{
    struct report *r = &run->report;
    struct group busy, leaf;
    char members[160];

    step(r, "cgroup-v2.rst, \"No Internal Process Constraint\"",
        "a process into a group that passes %s down", controller);
    pid_t pid = proc_fork(err);
    while (pid == 0)
        pause();
    if (pid < 0)
        return -1;
    claim_errno(r, "a group that passes down takes no process",
        group_try(run, inner, "cgroup.procs", "%d", pid), EBUSY, "write(2)");

    step(r, NULL, "the other way round: a group with a process passes nothing down");
    if (group_make(run, "-busy", controller, &busy, err) < 0 ||
        group_make_below(run, &busy, "leaf", "", &leaf, err) < 0 ||
        group_set(run, &busy, err, "cgroup.procs", "%d", pid) < 0)
        return -1;
    int refused = group_try(run, &busy, "cgroup.subtree_control", "+%s", controller);
    claim_errno(r, "a group with a process passes none down", refused, EBUSY, "write(2)");
    if (refused)
        note(r, "in the way: %s", group_members(busy.path, members, sizeof(members)));

    step(r, NULL, "control: the process moves to the leaf, and the same write again");
    if (group_set(run, &leaf, err, "cgroup.procs", "%d", pid) < 0)
        return -1;
    claim_errno(r, "control: with the process in a leaf",
        group_try(run, &busy, "cgroup.subtree_control", "+%s", controller), 0, "write(2)");
    return 0;
}

static int controllers_run(struct run *run, struct err *err)
{
    char parent[PATH_MAX];
    struct group g;

    const char *controller = host_v2_parent(parent) ? pick_controller(parent) : NULL;
    if (!controller) {
        err_set(err, ERR_SKIP, "needs a v2 controller that manages whole groups, such as memory");
        return err_hint(err, "v1 has them all, or none was delegated -> CGROUP=v2 make vm-03");
    }
    return come_down(run, controller, &g, err) < 0 ||
                   no_inner_processes(run, controller, &g, err) < 0
               ? -1
               : 0;
}

const struct experiment controllers_experiment = {
    .name = "controllers",
    .summary = "which controllers a group has, and why inner groups hold no processes",
    .needs = "v2",
    .steps = 7,
    .run = controllers_run,
};
