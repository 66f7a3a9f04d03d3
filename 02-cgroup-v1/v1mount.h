/* SPDX-License-Identifier: MIT */
/*
 * v1mount: mounting hierarchies for a look, where nobody else sees it, and asking which group a
 * process is in. Source: cgroups(7).
 */
#ifndef LAB02_V1MOUNT_H
#define LAB02_V1MOUNT_H

#include "lab.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * A mount namespace of this process's own (lab 01), from which no mount spreads to the host: the
 * kernel unmounts what is in it when its last process ends, however that ends.
 */
int v1mount_alone(struct err *err);

/*
 * mount -t cgroup -o OPTIONS on the directory `point` in the run's own directory, which is made.
 * Returns 0, or mount(2)'s errno: a refusal is what some experiments wait for.
 */
int v1mount_try(const struct run *run, const char *options, const char *point, char ret_path[96]);

/*
 * A named hierarchy "<run's id>" without any subsystem, journalled first. ret_name gets
 * "name=<run's id>", by which /proc/PID/cgroup and mountinfo call it.
 */
int v1mount_named(struct run *run, char ret_path[96], char ret_name[32], struct err *err);

/*
 * The group that the process is in, in the hierarchy with this subsystem or name: the path from
 * /proc/PID/cgroup, "hierarchy:list:path" a line. Empty when there is no such line.
 */
void v1mount_group_of(pid_t pid, const char *subsystem, char ret_group[PATH_MAX]);

/*
 * One hierarchy of /proc/self/cgroup: its list of subsystems, "cpu,cpuacct". The `index`-th one
 * that has at least `subsystems` of them and no name. False: there is no such one.
 */
bool v1mount_list(int index, int subsystems, char ret_list[128]);

#endif
