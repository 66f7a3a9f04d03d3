/* SPDX-License-Identifier: MIT */
/*
 * lacks: what a host lacks, each reason once, with the names of all that it stops. `./run list` and
 * doctor end with it:
 *
 *     no: cpu weight psi
 *         needs the v2 controller cpu, and /sys/fs/cgroup/cgroup.controllers has 'memory pids'
 *         hint: …
 */
#ifndef COMMON_LACKS_H
#define COMMON_LACKS_H

#include "err.h"

#include <stdio.h>

enum { LACKS_MOST = 64 };

/* All zeroes to begin with. */
struct lacks {
    struct lack {
        char what[300], hint[400], stops[400];
    } lack[LACKS_MOST];
};

/* `name` cannot run here, for the reason in *err (host_check's). A reason too many is left out. */
void lacks_add(struct lacks *lacks, const char *name, const struct err *err);

/* Each reason once, with the names that it stops and the hint. */
void lacks_print(FILE *out, const struct lacks *lacks);

#endif
