/* SPDX-License-Identifier: MIT */
/* The experiments of lab 05, one a file. */
#ifndef LAB05_EXPERIMENTS_H
#define LAB05_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment pivot_experiment;
extern const struct experiment chroot_escape_experiment;
extern const struct experiment causes_experiment;
extern const struct experiment propagation_experiment;
extern const struct experiment proc_experiment;
extern const struct experiment dev_experiment;
extern const struct experiment overlay_experiment;
extern const struct experiment readonly_experiment;
extern const struct experiment no_pivot_experiment;

#endif
