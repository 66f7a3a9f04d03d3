/* SPDX-License-Identifier: MIT */
/* limits: Docker's words for limits, judged and turned into the kernel's numbers. */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include "record.h"
#include "run.h"

#include "cgroup.h"

/* Errors: ERR_USAGE, with the range that is accepted. */
int limits_read(const struct run_options *options, struct cgroup_limits *ret, struct err *err);

/* A record's limits, less those of devices, which want to be looked up (translate_limits.c). */
void limits_fill(const struct record_host *host, struct cgroup_limits *ret);

#endif
