/* SPDX-License-Identifier: MIT */
/*
 * stage: where this lab's experiments play: a mount namespace of the run's own, with a tmpfs in it.
 * Nothing that is mounted there is seen by the host, and all of it goes when the run ends.
 */
#ifndef LAB05_STAGE_H
#define LAB05_STAGE_H

#include "lab.h"

/*
 * Move this process into a private mount namespace (for an ordinary user, in a user namespace that
 * comes with it) and make an empty tmpfs of the run's own its working directory: from then on the
 * experiment can say "root" and "lower" for its directories.
 */
int stage_open(struct run *run, struct err *err);

/*
 * Make a fresh busybox root in the directory `name`. What is done in it, even rm -rf /, is gone
 * with the run.
 */
int stage_root(const char *name, struct err *err);

/* The same as a copy of the root that `make rootfs` built, and of what was put into it since. */
int stage_builtin(const char *name, struct err *err);

/* Whether there is a root to be had for the two above. Error: ERR_SKIP, and what to install. */
int stage_check(struct err *err);

#endif
