// SPDX-License-Identifier: MIT
/*
 * Stopping all that is in a group, and letting it go on. The kernel does it in its own time: v1's
 * freezer.state reads FREEZING until the last process has stopped, and may stay so when one forked
 * meanwhile, so the word is written again and again; v2's cgroup.events says "frozen 1", and a
 * poll(2) wakes us when it changes. A process that waits in the kernel (a disk, vfork(2)) may not
 * stop at all: then everything is let go, since half a frozen container is no state to be in.
 *
 * Source: Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst and cgroup-v2.rst.
 */
#include "cgroup_internal.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static int does_not_stop(const char *dir, const char *file, const char *go_on, struct err *err)
{
    struct err ignored;

    fsio_write(&ignored, dir, file, "%s", go_on);
    errno = EBUSY;
    err_sys(err, "cannot freeze the group %s", dir);
    return err_hint(err, "some process of it did not stop within two seconds: it waits in the "
                         "kernel, maybe for a disk (state D in ps) -> try again");
}

static int freeze_v1(const struct cgroup *group, bool frozen, struct err *err)
{
    const char *dir = cgroup_path(group, "freezer");

    if (!dir) {
        err_set(err, ERR_SKIP, "cannot freeze the group %s", group->path[0]);
        return err_hint(err, "no freezer hierarchy is mounted -> mount -t cgroup -o freezer");
    }
    for (int tries = 0; tries < 1000; tries++) {
        /* now and then all run for a moment, so that one which waits for another gets on */
        if (tries % 50 == 49 && fsio_write(err, dir, "freezer.state", "THAWED") < 0)
            return -1;
        if (tries % 50 == 49)
            usleep(10000);
        if (fsio_write(err, dir, "freezer.state", frozen ? "FROZEN" : "THAWED") < 0)
            return -1;
        cleanup_free char *state = frozen ? fsio_read(dir, "freezer.state", err) : NULL;
        if (frozen && !state)
            return -1;
        if (!frozen || strcmp(state, "FROZEN") == 0)
            return 0;
        usleep(tries < 20 ? 50 : 2000);
    }
    return does_not_stop(dir, "freezer.state", "THAWED", err);
}

/* The kernel raises POLLPRI at each change of cgroup.events; it is armed by a read. */
static bool wait_frozen(int events)
{
    struct pollfd change = {.fd = events, .events = POLLPRI};
    char text[256];

    for (int tries = 0; tries < 200; tries++) {
        ssize_t got = pread(events, text, sizeof(text) - 1, 0);
        text[got > 0 ? got : 0] = '\0';
        if (strstr(text, "frozen 1"))
            return true;
        poll(&change, 1, 10);
    }
    return false;
}

static int freeze_v2(const struct cgroup *group, bool frozen, struct err *err)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/cgroup.events", group->path[0]);
    cleanup_close int events = open(path, O_RDONLY | O_CLOEXEC);
    if (events < 0)
        return err_sys(err, "cannot open %s", path);
    if (fsio_write(err, group->path[0], "cgroup.freeze", frozen ? "1" : "0") < 0)
        return -1;
    if (!frozen || wait_frozen(events))
        return 0;
    return does_not_stop(group->path[0], "cgroup.freeze", "0", err);
}

int cgroup_freeze(const struct cgroup *group, bool frozen, struct err *err)
{
    if (group->absent) {
        err_set(err, ERR_SKIP, "cannot %s: there is no group", frozen ? "freeze" : "thaw");
        return err_hint(err, "none could be made for this user, or none was asked for -> sudo");
    }
    return group->v2 ? freeze_v2(group, frozen, err) : freeze_v1(group, frozen, err);
}

void cgroup_frozen_file(const struct cgroup *group, char ret[CGROUP_FILE])
{
    const char *dir = group->absent ? NULL
                      : group->v2   ? group->path[0]
                                    : cgroup_path(group, "freezer");

    ret[0] = '\0';
    if (dir)
        snprintf(
            ret, CGROUP_FILE, "%s/%s", dir, group->v2 ? "cgroup.freeze" : "freezer.self_freezing");
}

bool cgroup_file_is_frozen(const char *file)
{
    struct err ignored;
    uint64_t self;

    return file[0] && fsio_read_u64(NULL, file, &self, &ignored) == 0 && self == 1;
}

bool cgroup_is_frozen(const struct cgroup *group)
{
    char file[CGROUP_FILE];

    cgroup_frozen_file(group, file);
    return cgroup_file_is_frozen(file);
}
