/* SPDX-License-Identifier: MIT */
/* The experiments of lab 01, one a file. */
#ifndef LAB01_EXPERIMENTS_H
#define LAB01_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment uts_experiment;

#endif
