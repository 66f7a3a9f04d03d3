/* SPDX-License-Identifier: MIT */
/*
 * home: $HOME, which programs take for granted, and engines leave to the runtime: only who is in
 * the root can look up whose directory it is. And what says how many descriptors socket activation
 * passes on, which names a process: the program's. runc and crun set them, too.
 */
#ifndef RUNTIME_HOME_H
#define RUNTIME_HOME_H

#include "spec.h"

/*
 * In the child, with / already the container's: the process's environment, and where that has no
 * HOME or an empty one, a copy that has what /etc/passwd says of its user, or "/". With listen_fds
 * it has LISTEN_FDS, and this process as LISTEN_PID (sd_listen_fds(3)). The copy is never freed: an
 * exec follows. NULL: no memory, *err is set.
 */
char *const *home_environment(
    const struct spec_process *process, unsigned listen_fds, struct err *err);

#endif
