// SPDX-License-Identifier: MIT
/*
 * A profile cannot speak of calls that came after it. Its default action, mostly EPERM, would make
 * a C library that tries a new call first believe that it is forbidden, where with ENOSYS it takes
 * the older one (glibc and clone3, faccessat2, fchmodat2). So, as runc does, calls with a number
 * above the highest that the profile names return ENOSYS. For each architecture six instructions go
 * before what libseccomp made:
 *
 *     load arch                 is it this one?     no: the next block
 *     load number               above the highest?  no: the filter
 *                               of another table?   yes: the next block
 *     return ENOSYS
 *
 * "Another table": x32 calls have the number's bit 30 set and the same architecture as x86-64. A
 * call that is allowed passes four instructions here; and from Linux 5.11 none at all, since the
 * kernel knows by the number what a filter allows always.
 */
#include "seccomp_internal.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

enum { BLOCK = 6, X32_BIT = 0x40000000 };

static bool is_strict(uint32_t action)
{
    switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_TRACE: /* a tracer answers for new calls itself */
        return false;
    default:
        return action != SCMP_ACT_ERRNO(ENOSYS);
    }
}

/* The highest number of a call that the profile names, -1 for none. */
static int highest(const struct spec_seccomp *spec, uint32_t architecture)
{
    int last = -1;

    for (size_t i = 0; i < spec->rules_count; i++) {
        for (const char *const *name = spec->rules[i].names; name && *name; name++) {
            int number = seccomp_syscall_resolve_name_arch(architecture, *name);
            last = number > last ? number : last;
        }
    }
    return last;
}

unsigned short seccomp_enosys(const struct spec_seccomp *spec, uint32_t default_action,
    const uint32_t *architectures, size_t count, struct sock_filter ret[SECCOMP_PREFIX_MOST])
{
    size_t used = 0;

    if (!is_strict(default_action))
        return 0;
    for (size_t i = 0; i < count && used + BLOCK <= SECCOMP_PREFIX_MOST; i++) {
        bool x32 = architectures[i] == SCMP_ARCH_X32;
        bool x86_64 = architectures[i] == SCMP_ARCH_X86_64;
        int last = highest(spec, architectures[i]);
        if (last < 0)
            continue;
        const struct sock_filter block[BLOCK] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, x32 ? AUDIT_ARCH_X86_64 : architectures[i], 0, 4),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)last, 0, 2),
            /* -1: a call that a tracer has answered */
            BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x86_64 ? X32_BIT : UINT32_MAX, 1, 0),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        };
        for (size_t k = 0; k < BLOCK; k++)
            ret[used++] = block[k];
    }
    /* who is not above the highest goes to the filter at once */
    for (size_t at = 3; at < used; at += BLOCK)
        ret[at].jf = (uint8_t)(used - at - 1);
    return (unsigned short)used;
}
