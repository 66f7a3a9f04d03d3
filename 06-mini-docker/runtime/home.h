/* SPDX-License-Identifier: MIT */
/*
 * home: $HOME, which programs take for granted, and engines leave to the runtime: only who is in
 * the root can look up whose directory it is. runc and crun set it, too.
 */
#ifndef RUNTIME_HOME_H
#define RUNTIME_HOME_H

#include "spec.h"

/*
 * In the child, with / already the container's: the process's environment, and where that has no
 * HOME or an empty one, a copy that has what /etc/passwd says of its user, or "/". The copy is
 * never freed: an exec follows. NULL: no memory, *err is set.
 */
char *const *home_environment(const struct spec_process *process, struct err *err);

#endif
