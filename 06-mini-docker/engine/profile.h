/* SPDX-License-Identifier: MIT */
/* profile: which system calls a container may make, in Docker's words. */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include "runtime/seccomp.h"

#include "err.h"

/*
 * Prepare the filter that --security-opt seccomp=CHOICE names: "unconfined" for none, a file in
 * Docker's form or the OCI's, or NULL for the default (seccomp_default.json). `bounding` are the
 * container's capabilities, which some rules depend on. The caller gives *ret back with
 * seccomp_free. Errors: ERR_USAGE, the file is wrong (with its JSON path); it cannot be read.
 */
int profile_prepare(const char *choice, uint64_t bounding, struct seccomp *ret, struct err *err);

#endif
