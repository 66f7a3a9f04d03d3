// SPDX-License-Identifier: MIT
/*
 * seccomp_install: a filter that is ready, given to the kernel (seccomp(2)). It holds for the
 * calling process and all that it starts, and nothing takes it away again.
 */
#include "seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int explain(struct err *err)
{
    err_sys(err, "cannot load the seccomp filter");
    switch (err->code) {
    case EACCES:
        return err_hint(err, "it needs CAP_SYS_ADMIN or no_new_privs -> process.noNewPrivileges");
    case EINVAL:
        return err_hint(err, "maybe this kernel has no seccomp filters, or not one of the flags in "
                             "linux.seccomp.flags -> take the flags out");
    case EBUSY:
        return err_hint(err, "a filter with a listener is there already, and there can be one "
                             "-> no SCMP_ACT_NOTIFY inside a container that has it");
    default:
        return -1;
    }
}

int seccomp_install(const struct seccomp *seccomp, int *ret_notify, struct err *err)
{
    struct sock_fprog program = {.len = seccomp->count, .filter = seccomp->filter};
    unsigned flags = seccomp->flags | (seccomp->notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);

    if (result < 0)
        return explain(err);
    *ret_notify = seccomp->notify ? (int)result : -1; /* the kernel made it close-on-exec */
    return 0;
}

void seccomp_free(struct seccomp *seccomp)
{
    free(seccomp->filter);
    *seccomp = (struct seccomp){0};
}
