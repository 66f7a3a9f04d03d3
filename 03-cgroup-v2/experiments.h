/* SPDX-License-Identifier: MIT */
/* The experiments of lab 03, one a file. */
#ifndef LAB03_EXPERIMENTS_H
#define LAB03_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment cpu_experiment;
extern const struct experiment controllers_experiment;
extern const struct experiment files_experiment;
extern const struct experiment weight_experiment;
extern const struct experiment cpuset_experiment;
extern const struct experiment memory_experiment;
extern const struct experiment swap_experiment;
extern const struct experiment events_experiment;
extern const struct experiment io_experiment;
extern const struct experiment io_weight_experiment;
extern const struct experiment io_latency_experiment;
extern const struct experiment pids_experiment;
extern const struct experiment freeze_experiment;
extern const struct experiment kill_experiment;
extern const struct experiment threaded_experiment;
extern const struct experiment limits_experiment;
extern const struct experiment psi_experiment;

#endif
