/* SPDX-License-Identifier: MIT */
/*
 * lab: what ./run of every lab has in common: the command line, the list of experiments, and a
 * guard process that leaves the host as it was, however an experiment ends.
 *
 *     ./run                the main experiment (the first in the lab's table)
 *     ./run list           the experiments, what each needs, and whether this host has it
 *     ./run NAME [opts]    one experiment
 *     ./run all            every experiment, one after another, no questions asked
 *
 * An experiment is a function in a file of its own and a row in its lab's table. It runs in a
 * worker process; the guard is the worker's parent.
 */
#ifndef COMMON_LAB_H
#define COMMON_LAB_H

#include "err.h"
#include "opt.h"
#include "report.h"
#include "undo.h"

#include <stdbool.h>

#define LABS_VERSION "1.0"

/* What an experiment is given. */
struct run {
    struct report report; /* step(&run->report, …), claim_u64(&run->report, …) */
    struct undo undo;     /* undo_add(&run->undo, …) before making what outlives the process */
    const void *args;     /* the struct that the experiment's options were read into */
    int argc;             /* the words that follow the options: "-- CMD ARG…" */
    char **argv;          /* ends with NULL */
    bool all;             /* part of `./run all`: standard input is /dev/null */
    int status;           /* set it to the exit status of a command that the user named */
    int ended_by;         /* set by the guard: the signal that ended the run, or 0 */
};

struct experiment {
    const char *name;
    const char *summary; /* one line, what it shows */
    const char *needs;   /* for host_check: "root v2:memory tool:stress-ng" */
    int steps; /* how many step() calls; set run->report.steps when it depends on options */
    const struct opt *opts; /* its own options, or NULL */
    size_t args_size;       /* the size of the struct they are read into; it starts zeroed */
    const char *operands; /* "PID -- CMD [ARG…]": words it takes after the options; NULL: none */
    bool not_in_all;      /* it needs operands, so `./run all` leaves it out */
    /*
     * Do it. Return 0 when it could be done and measured (claims decide the rest), -1 with *err.
     * Called in the worker process; may leave children and journalled things behind.
     */
    int (*run)(struct run *run, struct err *err);
};

struct lab {
    const char *number;                          /* "01" */
    const char *title;                           /* "namespaces" */
    const char *cure;                            /* the machine that has it all: "make vm-01" */
    const struct experiment *const *experiments; /* ends with NULL; the first is the main one */
    /*
     * NULL, or what they all need and host_check does not know, for the list: when one runs, it
     * says so by itself, since an option may be a way round (--rootfs). Errors: ERR_SKIP.
     */
    int (*check)(struct err *err);
};

/* The whole of a lab's main(). Returns the exit status: 0, 1, 2, 77, or a command's own. */
int lab_main(const struct lab *lab, int argc, char **argv);

/*
 * Run one experiment under a guard process and return its exit status. The guard passes SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT on as SIGTERM, ends every process the experiment left (it is their
 * subreaper, prctl(2)), undoes the journal, and gives the terminal back.
 */
int lab_guard(const struct lab *lab, const struct experiment *experiment, struct run *run);

#endif
