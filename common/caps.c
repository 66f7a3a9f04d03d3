// SPDX-License-Identifier: MIT
/*
 * Rights are given up in one order only. The bounding set first, while CAP_SETPCAP is there; then
 * the groups, while CAP_SETGID is; then the user, which without PR_SET_KEEPCAPS would take all
 * rights away at once; then the sets themselves. Each step needs a right that a later one removes.
 */
#include "caps.h"

#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The place is the number. */
static const char *const NAMES[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

enum { KNOWN = sizeof(NAMES) / sizeof(NAMES[0]) };

int caps_number(const char *name)
{
    for (int i = 0; i < KNOWN; i++) {
        if (strcmp(NAMES[i], name) == 0)
            return i;
    }
    return -1;
}

const char *caps_name(int capability)
{
    return capability >= 0 && capability < KNOWN ? NAMES[capability] : NULL;
}

/* The kernel takes each set as two halves of 32 bits. */
static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

int caps_read(struct caps *ret, struct err *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        return err_sys(err, "cannot read the capabilities");
    *ret = (struct caps){
        .effective = join(data[0].effective, data[1].effective),
        .permitted = join(data[0].permitted, data[1].permitted),
        .inheritable = join(data[0].inheritable, data[1].inheritable),
    };
    for (int i = 0; i < 64; i++) {
        int has = prctl(PR_CAPBSET_READ, i);
        if (has < 0)
            break; /* past the last one that this kernel has */
        ret->bounding |= has ? CAPS_BIT(i) : 0;
        ret->ambient |=
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1 ? CAPS_BIT(i) : 0;
    }
    return 0;
}

int caps_limit(uint64_t bounding, struct err *err)
{
    for (int i = 0; i < 64; i++) {
        if (bounding & CAPS_BIT(i) || prctl(PR_CAPBSET_DROP, i) == 0)
            continue;
        if (errno == EINVAL)
            return 0; /* past the last one that this kernel has */
        return err_sys(err, "cannot take %s out of the bounding set", caps_name(i) ?: "it");
    }
    return 0;
}

/* *ret_ambient: what may be raised of the ambient set, which needs the permitted and the
 * inheritable one. */
static int set(const struct caps *caps, uint64_t *ret_ambient, struct err *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct had[2], data[2];

    if (syscall(SYS_capget, &header, had) < 0)
        return err_sys(err, "cannot read the capabilities");
    for (int half = 0; half < 2; half++) {
        unsigned shift = 32 * (unsigned)half;
        /* what the host does not have itself (as in a container) cannot be passed on */
        uint32_t most = had[half].permitted;
        data[half] = (struct __user_cap_data_struct){
            .effective = (uint32_t)(caps->effective >> shift) & most,
            .permitted = (uint32_t)(caps->permitted >> shift) & most,
            .inheritable = (uint32_t)(caps->inheritable >> shift) & most,
        };
    }
    if (syscall(SYS_capset, &header, data) < 0)
        return err_sys(err, "cannot set the capabilities");
    *ret_ambient = caps->ambient & join(data[0].permitted, data[1].permitted) &
                   join(data[0].inheritable, data[1].inheritable);
    return 0;
}

static int set_ambient(uint64_t ambient, struct err *err)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int i = 0; i < 64; i++) {
        if (ambient & CAPS_BIT(i) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
            return err_sys(err, "cannot raise %s as an ambient capability", caps_name(i) ?: "it");
    }
    return 0;
}

int caps_become(const struct caps *caps, uint32_t uid, uint32_t gid, const uint32_t *groups,
    int groups_count, struct err *err)
{
    uint64_t ambient = 0;

    if (groups_count >= 0 && setgroups((size_t)groups_count, groups) < 0)
        return err_sys(err, "cannot set the supplementary groups");
    if (setresgid(gid, gid, gid) < 0)
        return err_sys(err, "cannot become group %u", gid);
    if (prctl(PR_SET_KEEPCAPS, 1) < 0)
        return err_sys(err, "cannot keep the capabilities over a change of user");
    if (setresuid(uid, uid, uid) < 0)
        return err_sys(err, "cannot become user %u", uid);
    prctl(PR_SET_KEEPCAPS, 0);
    if (set(caps, &ambient, err) < 0)
        return -1;
    return set_ambient(ambient, err);
}
