// SPDX-License-Identifier: MIT
/*
 * Lab 03: cgroup v2. The table of experiments; each is a file of its own.
 */
#include "experiments.h"

static const struct experiment *const EXPERIMENTS[] = {
    &cpu_experiment,
    &controllers_experiment,
    &files_experiment,
    &weight_experiment,
    &cpuset_experiment,
    &memory_experiment,
    &swap_experiment,
    &events_experiment,
    &limits_experiment,
    &freeze_experiment,
    &kill_experiment,
    &pids_experiment,
    &io_experiment,
    &io_weight_experiment,
    &io_latency_experiment,
    &threaded_experiment,
    &psi_experiment,
    NULL,
};

int main(int argc, char **argv)
{
    static const struct lab lab = {
        .number = "03",
        .title = "cgroup v2",
        .cure = "make vm-03",
        .experiments = EXPERIMENTS,
    };

    return lab_main(&lab, argc, argv);
}
