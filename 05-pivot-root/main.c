// SPDX-License-Identifier: MIT
/*
 * Lab 05: pivot_root. The table of experiments; each is a file of its own.
 */
#include "experiments.h"

#include "stage.h"

static const struct experiment *const EXPERIMENTS[] = {
    &pivot_experiment,
    &chroot_escape_experiment,
    &causes_experiment,
    &propagation_experiment,
    &proc_experiment,
    &dev_experiment,
    &overlay_experiment,
    &readonly_experiment,
    &no_pivot_experiment,
    NULL,
};

int main(int argc, char **argv)
{
    static const struct lab lab = {
        .number = "05",
        .title = "pivot_root",
        .cure = "make vm-05",
        .experiments = EXPERIMENTS,
        .check = stage_check,
    };

    return lab_main(&lab, argc, argv);
}
