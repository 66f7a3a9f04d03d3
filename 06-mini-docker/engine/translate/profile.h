/* SPDX-License-Identifier: MIT */
/* profile: which system calls a container may make, in Docker's words. */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "runtime/seccomp.h"

#include "err.h"

/*
 * Prepare the filter of --security-opt seccomp=CHOICE: "unconfined" for none, the text of a
 * profile in Docker's form or the OCI's, or NULL for the default (seccomp_default.json). `bounding`
 * are the container's capabilities, which some rules depend on. The caller gives *ret back with
 * seccomp_free. Errors: ERR_USAGE, the profile is wrong (with its JSON path).
 */
int profile_prepare(const char *choice, uint64_t bounding, struct seccomp *ret, struct err *err);

#endif
