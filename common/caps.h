/* SPDX-License-Identifier: MIT */
/*
 * caps: root's rights, of which there are about forty, given and taken one by one.
 *
 * The system calls are made directly: they are two, and libcap's text forms are of no use here.
 * Source: capabilities(7), capset(2).
 */
#ifndef COMMON_CAPS_H
#define COMMON_CAPS_H

#include "err.h"

#include <linux/capability.h>
#include <stdint.h>

/* The bit of a capability in a set. */
#define CAPS_BIT(capability) (UINT64_C(1) << (capability))

/* The five sets of a process, a bit a capability, as in the OCI's process.capabilities. */
struct caps {
    uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* "CAP_CHOWN" -> CAP_CHOWN. A name the kernel's headers did not have yet, or no name: -1. */
int caps_number(const char *name);

/* CAP_CHOWN -> "CAP_CHOWN", NULL when there is no such number. */
const char *caps_name(int capability);

/* What the calling process has now. */
int caps_read(struct caps *ret, struct err *err);

/*
 * Take all that is not in `bounding` out of the bounding set: no exec can bring it back. Needs
 * CAP_SETPCAP, so it comes before the process gives itself up.
 */
int caps_limit(uint64_t bounding, struct err *err);

/*
 * Become uid and gid and have exactly these sets, less what the process did not have before, and
 * less what is ambient without being permitted and inheritable too.
 * With uid 0 or not: the sets outlive the change (PR_SET_KEEPCAPS), and what is not in them is
 * gone. `groups` are the supplementary groups; groups_count -1 leaves them, where setgroups(2) is
 * denied.
 */
int caps_become(const struct caps *caps, uint32_t uid, uint32_t gid, const uint32_t *groups,
    int groups_count, struct err *err);

#endif
