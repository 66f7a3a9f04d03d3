/* SPDX-License-Identifier: MIT */
/* The experiments of lab 01, one a file. */
#ifndef LAB01_EXPERIMENTS_H
#define LAB01_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment shell_experiment;
extern const struct experiment uts_experiment;
extern const struct experiment ipc_experiment;
extern const struct experiment pid_experiment;
extern const struct experiment mount_experiment;
extern const struct experiment net_experiment;
extern const struct experiment user_experiment;
extern const struct experiment cgroup_experiment;
extern const struct experiment time_experiment;
extern const struct experiment clone_experiment;
extern const struct experiment unshare_experiment;
extern const struct experiment setns_experiment;
extern const struct experiment enter_experiment;

#endif
