/* SPDX-License-Identifier: MIT */
/*
 * device_rules: which devices the members of a group may open, and of which they may make files.
 *
 * Without it CAP_MKNOD would be enough to read the host's disk: a device file is but two numbers.
 */
#ifndef RUNTIME_DEVICE_RULES_H
#define RUNTIME_DEVICE_RULES_H

#include "container.h"

/*
 * Put the spec's rules on the container's group. Where there is no group there is a user namespace,
 * and in one no device file can be made. Errors: the kernel refuses; nothing is left open then.
 */
int device_rules_apply(const struct container *container, struct err *err);

/* v2 has no file for it: a small BPF program on the group decides (device_bpf.c). */
int device_bpf_attach(
    int group_fd, const struct spec_device_rule *rules, size_t count, struct err *err);

#endif
