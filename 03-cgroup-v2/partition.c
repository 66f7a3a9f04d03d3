// SPDX-License-Identifier: MIT
/*
 * partition: the second half of the cpuset experiment.
 *
 * A group that becomes the root of a partition takes its CPUs away from everybody outside it: the
 * parent's effective list loses them, and the scheduler does not balance across the border. Four
 * conditions must hold. The control meets all four; then each is broken in turn:
 *
 *     1. the parent is the root of a partition itself (the root of the tree always is)
 *     2. the CPUs are among the parent's
 *     3. there is at least one in cpuset.cpus, and no sibling's partition has it
 *     4. the parent keeps at least one, as long as there are processes in it
 *
 * Kernels before 6.1 refuse the write; later ones take it and say "root invalid (reason)" when the
 * file is read. Either counts as refused here. Before 6.1 there was one more: no groups with cpuset
 * below it. From 6.7 on, cpuset.cpus.exclusive can hand CPUs down to a partition whose parent is
 * none ("remote"). Source: cgroup-v2.rst, "cpuset.cpus.partition".
 */
#include "cpuset.h"

#include "cleanup.h"
#include "fsio.h"

#include <string.h>

static const char PARTITION[] = "cpuset.cpus.partition";

/* Asks for a partition. *ret is what the file says then, or "refused". */
static int ask(struct run *run, const struct group *g, char ret[64], struct err *err)
{
    int code = group_try(run, g, PARTITION, "root");

    if (cpuset_show(run, g, PARTITION, ret, err) < 0)
        return -1;
    if (code || strstr(ret, "invalid"))
        snprintf(ret, 64, "refused");
    return 0;
}

/* Asks in vain, and gives the wish up again. */
static int ask_in_vain(struct run *run, const struct group *g, const char *claim, struct err *err)
{
    char state[64];

    if (ask(run, g, state, err) < 0)
        return -1;
    claim_text(&run->report, claim, state, EQ, "refused", PARTITION);
    return fsio_write(err, g->path, PARTITION, "member");
}

/* The control: all four hold. */
static int make_partition(struct run *run, const char *cpu, struct group *ret, struct err *err)
{
    struct report *r = &run->report;
    char state[64], before[64], after[64];

    step(r, "cgroup-v2.rst, \"cpuset.cpus.partition\"", "control: a partition with CPU %s", cpu);
    if (group_make(run, "-part", "cpuset", ret, err) < 0 ||
        group_set(run, ret, err, "cpuset.cpus", "%s", cpu) < 0)
        return -1;
    struct group parent = {.name = "(parent)"};
    snprintf(parent.path, sizeof(parent.path), "%s", ret->parent);
    if (cpuset_show(run, &parent, "cpuset.cpus.effective", before, err) < 0 ||
        ask(run, ret, state, err) < 0 ||
        cpuset_show(run, &parent, "cpuset.cpus.effective", after, err) < 0)
        return -1;
    claim_text(r, "control: with all four it is a partition", state, EQ, "root", PARTITION);
    claim_text(r, "its CPU is gone from the parent's", after, NE, before, "cpuset.cpus.effective");
    return 0;
}

static int wrong_parent(
    struct run *run, const struct group *part, const char *cpu, const char *other, struct err *err)
{
    struct report *r = &run->report;
    struct group member, below;

    step(r, NULL, "condition 1 broken: the parent is a member, not a root");
    if (group_make(run, "-member", "cpuset", &member, err) < 0 ||
        group_make_below(run, &member, "below", "cpuset", &below, err) < 0 ||
        group_set(run, &below, err, "cpuset.cpus", "%s", other) < 0 ||
        ask_in_vain(run, &below, "1: the parent is no partition", err) < 0 ||
        group_remove(&below, err) < 0)
        return -1;
    step(r, NULL, "condition 2 broken: CPU %s is not among the parent's (%s)", other, cpu);
    if (group_make_below(run, part, "below", "cpuset", &below, err) < 0 ||
        group_set(run, &below, err, "cpuset.cpus", "%s", other) < 0 ||
        ask_in_vain(run, &below, "2: the parent does not have that CPU", err) < 0)
        return -1;
    return group_remove(&below, err);
}

static int wrong_cpus(
    struct run *run, const struct group *part, const char *cpu, const char *all, struct err *err)
{
    struct report *r = &run->report;
    struct group g;

    step(r, NULL, "condition 3 broken: a sibling's partition has the CPU, or none is asked for");
    if (group_make(run, "-second", "cpuset", &g, err) < 0)
        return -1;
    int code = group_try(run, &g, "cpuset.cpus", "%s", cpu);
    if (code)
        note(r, "before 6.1 a sibling may not even name it");
    if (ask_in_vain(run, &g, "3: a sibling's partition has that CPU", err) < 0 ||
        cpuset_clear(run, &g, err) < 0 || ask_in_vain(run, &g, "3: no CPU is asked for", err) < 0)
        return -1;

    step(r, NULL, "condition 4 broken: it wants all of the parent's CPUs, which has processes");
    if (group_set(run, part, err, PARTITION, "member") < 0 || cpuset_clear(run, part, err) < 0 ||
        group_set(run, &g, err, "cpuset.cpus", "%s", all) < 0)
        return -1;
    /* the next run to take its turn may begin before our groups are gone: not to be in its way */
    return ask_in_vain(run, &g, "4: the parent would keep none", err) < 0
               ? -1
               : fsio_write(err, g.path, "cpuset.cpus", "\n");
}

int cpuset_can_part(const char *parent, struct err *err)
{
    struct err ignored;
    cleanup_free char *parents = fsio_read(parent, PARTITION, &ignored);

    /* the root of the tree has no such file; another one says "root" or "isolated" */
    if (!parents || strcmp(parents, "root") == 0 || strcmp(parents, "isolated") == 0)
        return 0;
    err_set(err, ERR_SKIP, "needs a parent that is the root of a partition, and %s is: %s", parent,
        parents);
    return err_hint(err, "it is not the root of the tree: that of a container -> make vm-03");
}

int cpuset_partition(
    struct run *run, const char *cpu, const char *other, const char *all, struct err *err)
{
    struct group part;

    if (make_partition(run, cpu, &part, err) < 0 || wrong_parent(run, &part, cpu, other, err) < 0)
        return -1;
    return wrong_cpus(run, &part, cpu, all, err);
}
