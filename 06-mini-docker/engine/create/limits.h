/* SPDX-License-Identifier: MIT */
/* limits: the limits of a record as the kernel's numbers. */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include "engine/store/record.h"

#include "cgroup.h"

/* Those of devices want to be looked up (translate_limits.c) and are not filled. */
void limits_fill(const struct record_host *host, struct cgroup_limits *ret);

#endif
