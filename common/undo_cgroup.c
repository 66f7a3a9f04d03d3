// SPDX-License-Identifier: MIT
/*
 * The lines of the journal that are about groups. A group is ended by killing all that is in it and
 * in the groups below, and by rmdir from the leaves up. Each is done again until it holds: a
 * process may fork between the list and the signal, a group is busy for a moment after the last
 * exit, and the kernel frees a hierarchy later than its last group.
 */
#include "undo_internal.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* A killed process that waits for a throttled disk dies when its write is through, seconds later.
 */
enum { TRIES = 60, GROUP_TRIES = 200 };

void undo_pause(int attempt)
{
    usleep((attempt < 10 ? 2 : 50) * 1000);
}

static int kill_members(const char *path, const struct stat *st, int type, struct FTW *place)
{
    struct err ignored;
    cleanup_free char *pids = NULL;

    (void)st, (void)place;
    if (type != FTW_DP && type != FTW_D)
        return 0;
    if (fsio_exists(path, "freezer.state"))
        fsio_write(&ignored, path, "freezer.state", "THAWED");
    if (fsio_exists(path, "pids.max")) /* or a fork bomb grows back while it is killed */
        fsio_write(&ignored, path, "pids.max", "0");
    if (fsio_exists(path, "cgroup.freeze"))
        fsio_write(&ignored, path, "cgroup.freeze", "0");
    pids = fsio_read(path, "cgroup.procs", &ignored);
    bool inside = false;
    for (char *pid = pids ? strtok(pids, "\n") : NULL; pid; pid = strtok(NULL, "\n")) {
        pid_t number = (pid_t)atoi(pid);
        inside = inside || number == getpid();
        if (number > 1 && number != getpid())
            proc_signal(number, SIGKILL);
    }
    /* a list misses who forked since it was read, and a threaded group has none to read */
    if (!inside && fsio_exists(path, "cgroup.kill"))
        fsio_write(&ignored, path, "cgroup.kill", "1");
    return 0;
}

void undo_cgroup_kill(const char *path)
{
    nftw(path, kill_members, 16, FTW_PHYS | FTW_MOUNT);
}

static int remove_group(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)place;
    if (type == FTW_DP)
        rmdir(path);
    return 0;
}

/*
 * Files in cgroupfs cannot be unlinked; the directories are removed, from the leaves up. Mostly the
 * group is empty already, and then one rmdir does it.
 */
int undo_cgroup(const char *path, struct err *err)
{
    for (int i = 0; i < GROUP_TRIES; i++) {
        if (rmdir(path) == 0 || access(path, F_OK) < 0)
            return 0;
        undo_cgroup_kill(path);
        nftw(path, remove_group, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        if (access(path, F_OK) < 0)
            return 0;
        undo_pause(i);
    }
    errno = EBUSY;
    return err_sys(err, "cannot remove the group %s", path);
}

bool undo_cgroup_is_used(int code)
{
    return code == EBUSY || code == ENOTEMPTY || code == ENOENT;
}

/* A group that is shared. */
int undo_cgroup_empty(const char *path, struct err *err)
{
    if (rmdir(path) == 0 || undo_cgroup_is_used(errno))
        return 0;
    return err_sys(err, "cannot remove the group %s", path);
}

static int remove_child_group(const char *path, const struct stat *st, int type, struct FTW *place)
{
    struct err ignored;

    (void)st;
    if (type == FTW_D && place->level == 1)
        undo_cgroup(path, &ignored);
    return 0;
}

/* True while the kernel has this hierarchy, mounted or not: it is then a line of /proc/self/cgroup.
 */
static bool hierarchy_lives(const char *name)
{
    struct err ignored;
    char word[80];
    cleanup_free char *groups = fsio_read(NULL, "/proc/self/cgroup", &ignored);

    snprintf(word, sizeof(word), "name=%s:", name);
    return groups && strstr(groups, word);
}

/*
 * A named hierarchy lives on without a mount while it has groups below its root. Mounting it by
 * name gives the same hierarchy back (and makes an empty one if there is none, which the umount
 * frees). A group that was removed is still among the root's children until an RCU grace period is
 * over, and an umount before that frees nothing: so look whether it went, or do it again.
 */
int undo_hierarchy(const char *name, const char *run_dir, struct err *err)
{
    char options[80], point[PATH_MAX];

    snprintf(point, sizeof(point), "%s/hierarchy", run_dir);
    snprintf(options, sizeof(options), "none,name=%s", name);
    if (mkdir(point, 0700) < 0 && errno != EEXIST)
        return err_sys(err, "cannot make the mount point %s", point);
    for (int i = 0; i < TRIES && hierarchy_lives(name); i++) {
        if (mount("none", point, "cgroup", 0, options) < 0)
            return err_sys(err, "cannot mount the hierarchy %s", name);
        nftw(point, remove_child_group, 16, FTW_PHYS | FTW_MOUNT);
        undo_pause(i);
        if (umount2(point, 0) < 0)
            return err_sys(err, "cannot umount the hierarchy %s", name);
        for (int j = 0; j < 10 && hierarchy_lives(name); j++)
            usleep(10000);
    }
    rmdir(point);
    if (!hierarchy_lives(name))
        return 0;
    errno = EBUSY;
    return err_sys(err, "cannot free the hierarchy %s", name);
}
