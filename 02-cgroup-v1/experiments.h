/* SPDX-License-Identifier: MIT */
/* The experiments of lab 02, one a file. */
#ifndef LAB02_EXPERIMENTS_H
#define LAB02_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment memory_experiment;
extern const struct experiment hierarchy_experiment;
extern const struct experiment rules_experiment;
extern const struct experiment subsystems_experiment;
extern const struct experiment cpu_experiment;
extern const struct experiment cpuset_experiment;
extern const struct experiment pids_experiment;
extern const struct experiment freezer_experiment;
extern const struct experiment devices_experiment;
extern const struct experiment blkio_experiment;
extern const struct experiment docker_experiment;

#endif
