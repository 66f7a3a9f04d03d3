/* SPDX-License-Identifier: MIT */
/* rights: who the program is and what it may: user, capabilities, no_new_privs. */
#ifndef ENGINE_RIGHTS_H
#define ENGINE_RIGHTS_H

#include "run.h"
#include "user.h"

#include "runtime/spec.h"

/*
 * Fill the user, capabilities and noNewPrivileges of the spec's process; it points into *user.
 * *ret_seccomp: what --security-opt seccomp= says, for profile_prepare; NULL: nothing.
 * Errors: ERR_USAGE, a capability or a --security-opt that there is not.
 */
int rights_fill(const struct run_options *options, const struct user *user,
    struct spec_process *process, const char **ret_seccomp, struct err *err);

#endif
