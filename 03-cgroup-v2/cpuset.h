/* SPDX-License-Identifier: MIT */
/* cpuset: what the two halves of the cpuset experiment share. */
#ifndef LAB03_CPUSET_H
#define LAB03_CPUSET_H

#include "experiments.h"
#include "group.h"

/* Read a file of the group and print it under the current step. */
int cpuset_show(
    struct run *run, const struct group *g, const char *file, char ret[64], struct err *err);

/* Ask for nothing in cpuset.cpus. */
int cpuset_clear(struct run *run, const struct group *g, struct err *err);

/*
 * Error ERR_SKIP when no group below this one can become a partition: condition 1 of partition.c
 * cannot be met, as in a container, whose root group is not the root of the tree.
 */
int cpuset_can_part(const char *parent, struct err *err);

/*
 * The second half, 5 steps: a partition with the CPU `cpu`, and the four conditions for one.
 * `other` is another CPU of the parent's, `all` the list of all that the parent has.
 */
int cpuset_partition(
    struct run *run, const char *cpu, const char *other, const char *all, struct err *err);

#endif
