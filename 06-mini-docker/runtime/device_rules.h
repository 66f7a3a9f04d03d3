/* SPDX-License-Identifier: MIT */
/*
 * device_rules: which devices the members of a group may open, and of which they may make files.
 *
 * Without it CAP_MKNOD would be enough to read the host's disk: a device file is but two numbers.
 *
 * What is in force: everything is denied; then the spec's rules, of which the last one that fits
 * decides; then those that every container has, as runc adds them: null, zero, full, random,
 * urandom, tty, console, ptmx and terminals may be used, and files be made for any device.
 */
#ifndef RUNTIME_DEVICE_RULES_H
#define RUNTIME_DEVICE_RULES_H

#include "container.h"

/*
 * Put the rules on a new group, before anybody is in it. Where there is no group there is a user
 * namespace, and in one no device file can be made. Errors: the kernel refuses, and nothing is left
 * open then; ERR_SKIP, no devices controller on v1, which is only borne where there is a user
 * namespace or where the rules allow everything; ERR_USAGE, a rule that v1 cannot express.
 */
int device_rules_apply(const struct container *container, struct err *err);

/*
 * Change the rules of a group with members (`mini-runc update`); what is allowed before and after
 * stays allowed meanwhile. The same errors.
 */
int device_rules_update(
    const struct cgroup *group, const struct spec_linux *linux_, struct err *err);

enum { DEVICE_RULES_MOST = 256 };

/* The spec's rules and every container's, in order: what is above, without the first. */
struct device_rules {
    struct spec_device_rule rules[DEVICE_RULES_MOST];
    size_t count;
    size_t ours; /* from here on they are every container's */
};

/* v2 has no file for it: a small BPF program on the group decides (device_bpf.c). With `replace`
 * the programs that are there go, once ours is in force. */
int device_bpf_attach(
    int group_fd, const struct device_rules *rules, bool replace, struct err *err);

/*
 * v1's form (device_list.c): a default, and exceptions of which none fits the same device twice.
 * Each has its `allow` set to the opposite of the default.
 */
struct device_list {
    bool allow;
    struct spec_device_rule exceptions[2 * DEVICE_RULES_MOST];
    size_t count;
};

/* Begin with everything denied and add the rules one by one. Errors: ERR_USAGE, a rule takes a part
 * out of what an earlier one gave: v1 has no word for that. */
int device_list_make(const struct device_rules *rules, struct device_list *ret, struct err *err);

/* What devices.list says now. */
int device_list_read(const char *dir, struct device_list *ret, struct err *err);

/* The bits of `rule` that no exception for the very same devices has. */
unsigned device_list_lacks(const struct device_list *list, const struct spec_device_rule *rule);

#endif
