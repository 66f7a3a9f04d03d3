/* SPDX-License-Identifier: MIT */
/* identity_internal: what identity_limits.c does for identity.c: the score and the limits. */
#ifndef RUNTIME_IDENTITY_INTERNAL_H
#define RUNTIME_IDENTITY_INTERNAL_H

#include "spec.h"

#include "err.h"

/* The caller's own oom_score_adj, through a descriptor of the host's /proc (host_proc.h). */
int identity_read_score(int proc_fd, int *ret, struct err *err);
int identity_write_score(int proc_fd, int score, struct err *err);

/* The caller's own limits, each to what the spec says. */
int identity_set_limits(const struct spec_process *process, struct err *err);

#endif
