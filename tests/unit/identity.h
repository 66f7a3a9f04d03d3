/* SPDX-License-Identifier: MIT */
/* For unit tests of runtime/identity.h: an identity is taken in a forked child, which then looks at
 * what is true of it. After unit.h. */
#ifndef TESTS_IDENTITY_H
#define TESTS_IDENTITY_H

#include "proc.h"
#include "runtime/host_proc.h"
#include "runtime/identity.h"

#include <string.h>
#include <unistd.h>

static struct err err;

/* What a test gives, and what it looks at in the child, where true ends it with 0. */
struct trial {
    struct spec_process process;
    bool (*before)(void);
    bool (*holds)(void);
    const char *error; /* NULL: identity_take must succeed; else a part of what it says */
};

static inline int take(const struct trial *trial)
{
    struct identity identity = {.process = &trial->process,
        .seccomp_socket = -1,
        .new_keyring = true,
        .makes_directory = true};

    if (host_proc_open(&identity.proc_fd, &err) < 0 || (trial->before && !trial->before()))
        return 1;
    int result = identity_take(&identity, &err);
    if (result == 0)
        result = identity_seal(&identity, &err);
    if (trial->error)
        return result < 0 && (strstr(err.what, trial->error) || strstr(err.hint, trial->error)) ? 0
                                                                                                : 2;
    if (result < 0)
        err_print(stderr, "child", &err);
    return result == 0 && trial->holds() ? 0 : 3;
}

static inline void try(struct trial *trial)
{
    if (geteuid() != 0)
        skip();
    if (!trial->process.cwd)
        trial->process.cwd = "/";
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(take(trial));
    assert_int_equal(proc_wait(pid, &err), 0);
}

#endif
