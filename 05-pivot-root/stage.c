// SPDX-License-Identifier: MIT
/*
 * The stage is a tmpfs and not the run's directory itself, because /run is mounted with noexec and
 * nodev on many hosts: no program in it could run, and no device in it would be one.
 *
 * An ordinary user gets the right to mount from a user namespace. A process cannot write all of its
 * own ID maps, so a helper that stayed outside does it.
 */
#include "stage.h"

#include "fsio.h"
#include "host.h"
#include "idmap.h"
#include "mount.h"
#include "proc.h"
#include "rootfs.h"
#include "sync.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* The helper: waits until its parent is in the new user namespace, and writes the parent's maps. */
static _Noreturn void write_maps_of(pid_t parent, struct sync *sync)
{
    struct idmap map;
    struct err err;

    sync_child(sync);
    if (sync_wait(sync, &err) == 0 && idmap_for_caller(&map, &err) == 0 &&
        idmap_write(parent, &map, &err) == 0)
        sync_signal(sync, &err);
    else
        sync_fail(sync, &err);
    _exit(0);
}

static int enter_user_namespace(struct err *err)
{
    pid_t self = getpid();
    struct err ignored;
    struct sync sync;

    if (sync_open(&sync, err) < 0)
        return -1;
    pid_t helper = proc_fork(err);
    if (helper < 0)
        return -1;
    if (helper == 0)
        write_maps_of(self, &sync);
    sync_parent(&sync);
    int result = 0;
    if (unshare(CLONE_NEWUSER) < 0)
        result = err_sys(err, "cannot make a user namespace");
    else if (sync_signal(&sync, err) < 0 || sync_wait(&sync, err) < 0)
        result = -1;
    sync_close(&sync);
    proc_wait(helper, &ignored);
    return result;
}

int stage_open(struct run *run, struct err *err)
{
    char path[PATH_MAX];

    if (!host_is_root() && enter_user_namespace(err) < 0)
        return -1;
    if (unshare(CLONE_NEWNS) < 0)
        return err_sys(err, "cannot make a mount namespace");
    /* if this failed, what follows would be seen by the host: so it ends the experiment */
    if (mount_make_private(err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/stage", run->undo.dir);
    if (mkdir(path, 0700) < 0 || mount("tmpfs", path, "tmpfs", 0, "mode=755,size=128m") < 0 ||
        chdir(path) < 0)
        return err_sys(err, "cannot mount a tmpfs on %s", path);
    umask(022);
    return 0;
}

int stage_builtin(const char *name, struct err *err)
{
    char builtin[PATH_MAX];

    if (rootfs_builtin(builtin, err) == 0)
        return rootfs_copy(builtin, name, err);
    return rootfs_build(name, err);
}

int stage_check(struct err *err)
{
    char path[PATH_MAX];

    return rootfs_builtin(path, err) == 0 ? 0 : rootfs_find_busybox(path, err);
}

int stage_root(const char *name, struct err *err)
{
    /* building comes first: a copy is slow where the repository lies on a network file system */
    return rootfs_build(name, err) == 0 ? 0 : stage_builtin(name, err);
}
