// SPDX-License-Identifier: MIT
/*
 * In a rootless container a file may belong to its user 1000, who is 101000 on the host
 * (subuid(5)): whose files those are, the person who started the container may not remove. Root of
 * a user namespace with the same map may; so that is what a child becomes for a moment.
 */
#include "remove_files.h"

#include "runtime/namespaces.h"

#include "host.h"
#include "remove.h"

#include <sched.h>

static int remove_as_root(void *path, struct err *err)
{
    namespaces_become_root();
    return remove_tree(path, err);
}

int remove_files(const char *path, struct err *err)
{
    struct err failure;

    if (remove_tree(path, &failure) == 0)
        return 0;
    if (!host_is_root() && namespaces_run(CLONE_NEWUSER, remove_as_root, (void *)path, err) == 0)
        return 0;
    *err = failure;
    return -1;
}
