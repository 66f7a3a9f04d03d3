// SPDX-License-Identifier: MIT
/*
 * limits: how deep and how wide a tree of groups may grow.
 *
 * Whoever is given a part of the tree may make as many groups in it as he likes, and each costs the
 * kernel memory. Two files bound that: cgroup.max.depth, how many levels below, and
 * cgroup.max.descendants, how many groups below altogether. mkdir(2) past either is EAGAIN. The
 * control takes the bound away and makes the same group. cgroup.stat counts what there is, also the
 * groups that are removed but not yet forgotten ("dying").
 *
 * Both files belong to the core, not to a controller: they work where v1 owns every controller.
 */
#include "experiments.h"

#include "fsio.h"
#include "group.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* mkdir of a relative path below the group; prints and returns the errno. */
static int try_mkdir(struct run *run, const struct group *g, const char *below)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", g->path, below);
    int code = mkdir(path, 0755) < 0 ? errno : 0;
    note(&run->report, "mkdir %s/%s: %s", g->name, below, group_answer(code));
    return code;
}

static int show_stat(struct run *run, const struct group *g, uint64_t *ret_alive, struct err *err)
{
    uint64_t dying;

    if (fsio_read_key(g->path, "cgroup.stat", "nr_descendants", ret_alive, err) < 0 ||
        fsio_read_key(g->path, "cgroup.stat", "nr_dying_descendants", &dying, err) < 0)
        return -1;
    note(&run->report, "cgroup.stat: nr_descendants %lu, nr_dying_descendants %lu", *ret_alive,
        dying);
    return 0;
}

static int limit_depth(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group g;

    step(r, "cgroup-v2.rst, \"Core Interface Files\"", "a group that may be two levels deep");
    if (group_make(run, "-deep", "", &g, err) < 0 ||
        group_set(run, &g, err, "cgroup.max.depth", "2") < 0)
        return -1;
    explain(r, "the group itself is depth 0, so a/b below it is depth 2");
    claim_errno(r, "two levels below are allowed",
        try_mkdir(run, &g, "a") ? EAGAIN : try_mkdir(run, &g, "a/b"), 0, "mkdir(2)");
    claim_errno(r, "a third is refused", try_mkdir(run, &g, "a/b/c"), EAGAIN, "mkdir(2)");
    step(r, NULL, "control: the same mkdir without the bound");
    if (group_set(run, &g, err, "cgroup.max.depth", "max") < 0)
        return -1;
    claim_errno(r, "control: at max it is made", try_mkdir(run, &g, "a/b/c"), 0, "mkdir(2)");
    return 0;
}

static int limit_descendants(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct group g;
    uint64_t alive, after;
    char path[PATH_MAX];

    step(r, "cgroup-v2.rst, \"Core Interface Files\"", "a group with at most three groups below");
    if (group_make(run, "-wide", "", &g, err) < 0 ||
        group_set(run, &g, err, "cgroup.max.descendants", "3") < 0)
        return -1;
    int made = try_mkdir(run, &g, "a");
    made = made ? made : try_mkdir(run, &g, "a/b");
    made = made ? made : try_mkdir(run, &g, "c");
    claim_errno(r, "three groups are allowed", made, 0, "mkdir(2)");
    claim_errno(r, "a fourth is refused", try_mkdir(run, &g, "d"), EAGAIN, "mkdir(2)");
    if (show_stat(run, &g, &alive, err) < 0)
        return -1;
    claim_u64(r, "the kernel counts three", alive, EQ, 3, "cgroup.stat");

    step(r, "rmdir(2)", "control: remove one, and there is room again");
    snprintf(path, sizeof(path), "%s/c", g.path);
    if (rmdir(path) < 0)
        return err_sys(err, "cannot remove the group %s", path);
    note(r, "rmdir %s/c", g.name);
    if (show_stat(run, &g, &after, err) < 0)
        return -1;
    claim_errno(r, "control: with room it is made", try_mkdir(run, &g, "d"), 0, "mkdir(2)");
    claim_u64(r, "control: one was gone from the count", after, EQ, 2, "cgroup.stat");
    return 0;
}

static int limits_run(struct run *run, struct err *err)
{
    return limit_depth(run, err) < 0 || limit_descendants(run, err) < 0 ? -1 : 0;
}

const struct experiment limits_experiment = {
    .name = "limits",
    .summary = "how deep and how wide a tree of groups may grow",
    .needs = "v2",
    .steps = 4,
    .run = limits_run,
};
