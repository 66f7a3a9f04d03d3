// SPDX-License-Identifier: MIT
/*
 * Lab 02: cgroup v1. The table of experiments; each is a file of its own.
 */
#include "experiments.h"

static const struct experiment *const EXPERIMENTS[] = {
    &memory_experiment,
    &hierarchy_experiment,
    &rules_experiment,
    &subsystems_experiment,
    &cpu_experiment,
    &cpuset_experiment,
    &pids_experiment,
    &freezer_experiment,
    &devices_experiment,
    &blkio_experiment,
    &docker_experiment,
    NULL,
};

int main(int argc, char **argv)
{
    static const struct lab lab = {
        .number = "02",
        .title = "cgroup v1",
        .cure = "make vm-02",
        .experiments = EXPERIMENTS,
    };

    return lab_main(&lab, argc, argv);
}
