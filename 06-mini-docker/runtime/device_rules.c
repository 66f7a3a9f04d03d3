// SPDX-License-Identifier: MIT
/*
 * v1's devices controller (lab 02) takes a rule a write: "a" into devices.deny, then "c 1:3 rwm"
 * into devices.allow. Source: the kernel's Documentation/admin-guide/cgroup-v1/devices.rst.
 */
#include "device_rules.h"

#include "fsio.h"

#include <errno.h>
#include <sched.h>

/* A number, or "*" for any. */
static const char *number(int value, char buf[16])
{
    snprintf(buf, 16, value < 0 ? "*" : "%d", value);
    return buf;
}

static int write_rule(const char *dir, const struct spec_device_rule *rule, struct err *err)
{
    const char *file = rule->allow ? "devices.allow" : "devices.deny";
    char major[16], minor[16];

    if (rule->type == 'a')
        return fsio_write(err, dir, file, "a");
    return fsio_write(err, dir, file, "%c %s:%s %s%s%s", rule->type, number(rule->major, major),
        number(rule->minor, minor), rule->access & SPEC_READ ? "r" : "",
        rule->access & SPEC_WRITE ? "w" : "", rule->access & SPEC_MKNOD ? "m" : "");
}

int device_rules_apply(const struct container *container, struct err *err)
{
    const struct spec_linux *l = &container->spec->linux_;
    const struct cgroup *group = &container->group;

    if (group->absent || l->device_rules_count == 0)
        return 0;
    if (group->fd >= 0) {
        explain_step(&container->explain, "bpf(2), cgroup-v2.rst",
            "a BPF program of %zu device rules on the group", l->device_rules_count);
        if (device_bpf_attach(group->fd, l->device_rules, l->device_rules_count, err) == 0)
            return 0;
        /* a delegated group is not ours to put a program on, and the namespace serves as well */
        return l->namespaces & CLONE_NEWUSER && err->code == EPERM ? 0 : -1;
    }
    const char *dir = cgroup_path(group, "devices");
    if (!dir)
        return 0;
    explain_step(&container->explain, "cgroups(7); lab 02",
        "devices.deny <- a, devices.allow <- %zu rules", l->device_rules_count - 1);
    for (size_t i = 0; i < l->device_rules_count; i++) {
        if (write_rule(dir, &l->device_rules[i], err) < 0)
            return -1;
    }
    return 0;
}
