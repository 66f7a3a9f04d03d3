/* SPDX-License-Identifier: MIT */
/* For unit tests that mount: a function run in a mount namespace of its own. After unit.h: it has
 * the `err` that a test needs. */
#ifndef TESTS_IN_NAMESPACE_H
#define TESTS_IN_NAMESPACE_H

#include "fsio.h"
#include "host.h"
#include "mount.h"
#include "proc.h"

#include <sched.h>
#include <unistd.h>

static struct err err;

/* Root in there, as an ordinary user too. */
static inline bool enter_namespace(void)
{
    unsigned uid = geteuid(), gid = getegid();

    if (host_is_root())
        return unshare(CLONE_NEWNS) == 0;
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           fsio_write(&err, "/proc/self", "setgroups", "deny") == 0 &&
           fsio_write(&err, "/proc/self", "uid_map", "0 %u 1", uid) == 0 &&
           fsio_write(&err, "/proc/self", "gid_map", "0 %u 1", gid) == 0;
}

/* Runs the function in a mount namespace of its own; it returns how many checks failed. */
static inline void in_namespace(int (*function)(void))
{
    if (!host_is_root() && !host_has_userns())
        skip();
    pid_t pid = proc_fork(&err);
    if (pid == 0)
        _exit(enter_namespace() && mount_make_private(&err) == 0 ? function() : 100);
    assert_int_equal(proc_wait(pid, &err), 0);
}

static inline int failed(bool right, const char *what)
{
    if (!right)
        fprintf(stderr, "# not so: %s (%s)\n", what, err.what);
    return !right;
}

#endif
