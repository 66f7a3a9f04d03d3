// SPDX-License-Identifier: MIT
/*
 * Lab 01: namespaces. The table of experiments; each is a file of its own.
 */
#include "experiments.h"

static const struct experiment *const EXPERIMENTS[] = {
    &shell_experiment,
    &uts_experiment,
    &ipc_experiment,
    &pid_experiment,
    &mount_experiment,
    &net_experiment,
    &user_experiment,
    &cgroup_experiment,
    &time_experiment,
    &clone_experiment,
    &unshare_experiment,
    &setns_experiment,
    &enter_experiment,
    NULL,
};

int main(int argc, char **argv)
{
    static const struct lab lab = {
        .number = "01",
        .title = "namespaces",
        .cure = "make vm-01",
        .experiments = EXPERIMENTS,
    };

    return lab_main(&lab, argc, argv);
}
