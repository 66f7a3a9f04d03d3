/* SPDX-License-Identifier: MIT */
/* The experiments of lab 04, one a file, and the entries that only the program itself uses. */
#ifndef LAB04_EXPERIMENTS_H
#define LAB04_EXPERIMENTS_H

#include "lab.h"

extern const struct experiment run_experiment, race_experiment, recursion_experiment,
    argv_experiment, cost_experiment, overwrite_experiment;

/* An entry's name is the argv[0] that it is started with; see main.c. */
#define INIT_ENTRY      "container-init"
#define RECURSION_ENTRY "/proc/self/exe"
#define WITNESS_ENTRY   "argv-witness"
#define RUNTIME_ENTRY   "private-runtime"

int init_main(int argc, char **argv);      /* init.c: PID 1 of a container */
int recursion_main(int argc, char **argv); /* recursion.c: the program that starts itself again */
int witness_main(int argc, char **argv); /* argv.c: stays alive so that its arguments can be read */
int runtime_main(int argc, char **argv); /* runtime.c: the victim, a private copy of the program */

#endif
