// SPDX-License-Identifier: MIT
/*
 * In a rootless container a file may belong to its user 1000, who is 101000 on the host
 * (subuid(5)): whose files those are, the person who started the container may not remove. Root of
 * a user namespace with the same map may; so that is what a child becomes for a moment.
 */
#include "removal_files.h"

#include "runtime/namespaces.h"

#include "host.h"
#include "idmap.h"
#include "remove.h"
#include "spawn.h"
#include "sync.h"

#include <sched.h>
#include <unistd.h>

struct remover {
    const char *path;
    struct sync sync;
};

static int remove_as_root(void *arg)
{
    struct remover *remover = arg;
    struct err err;

    sync_child(&remover->sync);
    if (sync_wait(&remover->sync, &err) < 0)
        return 1;
    namespaces_become_root();
    if (remove_tree(remover->path, &err) < 0)
        sync_fail(&remover->sync, &err);
    else
        sync_signal(&remover->sync, &err);
    return 0;
}

static int remove_in_namespace(const char *path, struct err *err)
{
    static struct idmap map; /* 8 KiB */
    struct remover remover = {.path = path};
    const struct spec_linux wanted = {.namespaces = CLONE_NEWUSER};
    struct spawn spawn = {.cgroup_fd = -1, .child = remove_as_root, .arg = &remover};
    struct namespaces namespaces;
    struct spawned child;
    struct err ignored;

    if (idmap_for_caller(&map, err) < 0 || namespaces_open(&wanted, &namespaces, err) < 0 ||
        sync_open(&remover.sync, err) < 0)
        return -1;
    if (namespaces_spawn(&namespaces, &spawn, &child, err) < 0) {
        sync_close(&remover.sync);
        return -1;
    }
    sync_parent(&remover.sync);
    int result = idmap_write(child.pid, &map, err);
    if (result == 0)
        result = sync_signal(&remover.sync, err) < 0 ? -1 : sync_wait(&remover.sync, err);
    sync_close(&remover.sync); /* a child that still waits ends by this */
    spawn_wait(&child, &ignored);
    close(child.pidfd);
    return result;
}

int remove_files(const char *path, struct err *err)
{
    struct err failure;

    if (remove_tree(path, &failure) == 0)
        return 0;
    if (!host_is_root() && remove_in_namespace(path, err) == 0)
        return 0;
    *err = failure;
    return -1;
}
