// SPDX-License-Identifier: MIT
/*
 * A child that does one thing in namespaces of its own, and then is gone with them: what it mounts
 * there needs no unmount. In a user namespace it waits until its IDs are mapped.
 */
#include "namespaces.h"

#include "spawn.h"
#include "sync.h"

#include <sched.h>
#include <unistd.h>

struct task {
    int (*work)(void *arg, struct err *err);
    void *arg;
    struct sync sync;
};

static int run_child(void *arg)
{
    struct task *task = arg;
    struct err err = {0};

    sync_child(&task->sync);
    if (sync_wait(&task->sync, &err) < 0 || task->work(task->arg, &err) < 0)
        sync_fail(&task->sync, &err);
    else
        sync_signal(&task->sync, &err);
    return 0;
}

int namespaces_run(int flags, int (*work)(void *arg, struct err *err), void *arg, struct err *err)
{
    static struct idmap map; /* 8 KiB */
    const struct spec_linux wanted = {.namespaces = flags};
    struct task task = {work, arg, SYNC_NONE};
    struct spawn spawn = {.cgroup_fd = -1, .child = run_child, .arg = &task};
    struct namespaces namespaces;
    struct spawned child;
    struct err ignored;

    if ((flags & CLONE_NEWUSER && idmap_for_caller(&map, err) < 0) ||
        namespaces_open(&wanted, &namespaces, err) < 0 || sync_open(&task.sync, err) < 0)
        return -1;
    if (namespaces_spawn(&namespaces, &spawn, &child, err) < 0) {
        sync_close(&task.sync);
        return -1;
    }
    sync_parent(&task.sync);
    int result = 0;
    if (flags & CLONE_NEWUSER)
        result = idmap_write(child.pid, &map, err);
    if (result == 0)
        result = sync_signal(&task.sync, err) < 0 ? -1 : sync_wait(&task.sync, err);
    sync_close(&task.sync); /* a child that still waits ends by this */
    spawn_wait(&child, &ignored);
    close(child.pidfd);
    return result;
}
