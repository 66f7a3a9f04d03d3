// SPDX-License-Identifier: MIT
/*
 * One function a kind of journal line; those of groups are in undo_cgroup.c. Each must be harmless
 * when the thing was never made (the journal is written first) or is gone already, and must be sure
 * that it removes our thing and no other: a pid is checked by its start time, a loop device by the
 * file behind it.
 */
#include "undo_kinds.h"

#include "undo_internal.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"
#include "remove.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>

enum { TRIES = 60 };

static int undo_subtree(const char *arg, struct err *err)
{
    char path[PATH_MAX], controller[64];

    if (sscanf(arg, "%4095s %63s", path, controller) != 2)
        return err_set(err, ERR_SYS, "a journal line is not whole: '%s'", arg);
    if (!fsio_exists(path, "cgroup.subtree_control"))
        return 0;
    if (fsio_write(err, path, "cgroup.subtree_control", "-%s", controller) == 0)
        return 0;
    /*
     * A group below passes it on. Ours are gone by now, so somebody else has begun to use the
     * controller, podman or systemd, and it stays on for him: in our journal it is done.
     */
    return err->code == EBUSY ? 0 : -1;
}

/* The path is read back from mountinfo's point of view by umount2 itself: EINVAL is "no mount
 * there". */
static int undo_mount(const char *path, struct err *err)
{
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
        return err_sys(err, "cannot umount %s", path);
    return 0;
}

/*
 * Detaches the device if the file backs it. Returns 1 when the file does not, or nothing does: then
 * it is undone. lo_file_name holds the first 63 bytes of the path.
 */
static int detach_loop(const char *device, const char *file, struct err *err)
{
    struct loop_info64 info = {0};

    cleanup_close int fd = open(device, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT && errno != ENXIO && errno != ENODEV)
        return err_sys(err, "cannot open %s to detach it", device);
    if (fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
        return 1;
    if (strncmp((char *)info.lo_file_name, file, LO_NAME_SIZE - 1) != 0)
        return 1;
    return ioctl(fd, LOOP_CLR_FD) < 0 ? err_sys(err, "cannot detach %s", device) : 0;
}

/*
 * While somebody has the device open, or its file system mounted, LOOP_CLR_FD only makes the kernel
 * detach it later, and says nothing. So it is asked again until it is so: a journal whose device
 * lives on must not be thrown away.
 */
static int undo_loop(const char *arg, struct err *err)
{
    char device[64], file[PATH_MAX];

    if (sscanf(arg, "%63s %4095s", device, file) != 2)
        return err_set(err, ERR_SYS, "a journal line is not whole: '%s'", arg);
    for (int i = 0; i < TRIES; i++) {
        int result = detach_loop(device, file, err);
        if (result != 0)
            return result < 0 ? -1 : 0;
        undo_pause(i);
    }
    errno = EBUSY;
    err_sys(err, "cannot detach %s", device);
    return err_hint(err, "a process has it open, or another mount namespace has it mounted -> "
                         "end that, then make clean-host");
}

static int undo_swap(const char *device, struct err *err)
{
    if (swapoff(device) < 0 && errno != EINVAL && errno != ENOENT)
        return err_sys(err, "cannot stop swapping on %s", device);
    return 0;
}

static int undo_process(const char *arg, struct err *err)
{
    unsigned long long start_time;
    int pid;

    if (sscanf(arg, "%d %llu", &pid, &start_time) != 2)
        return err_set(err, ERR_SYS, "a journal line is not whole: '%s'", arg);
    cleanup_close int pidfd = proc_pidfd_of(pid, start_time);
    proc_pidfd_signal(pidfd, SIGKILL);
    proc_pidfd_ended(pidfd, 2000); /* a zombie of ours counts as ended */
    return 0;
}

/* A file or a device that is gone took its setting with it. */
static int undo_write(const char *arg, struct err *err)
{
    char path[PATH_MAX];
    int length = 0;

    if (sscanf(arg, "%4095s %n", path, &length) != 1 || !arg[length])
        return err_set(err, ERR_SYS, "a journal line is not whole: '%s'", arg);
    if (fsio_write(err, NULL, path, "%s", arg + length) < 0)
        return err->code == ENOENT || err->code == ENODEV ? 0 : -1;
    return 0;
}

int undo_line(enum undo_kind kind, const char *arg, const char *run_dir, struct err *err)
{
    switch (kind) {
    case UNDO_TREE:
        return remove_tree(arg, err);
    case UNDO_CGROUP:
        return undo_cgroup(arg, err);
    case UNDO_CGROUP_EMPTY:
        return undo_cgroup_empty(arg, err);
    case UNDO_HIERARCHY:
        return undo_hierarchy(arg, run_dir, err);
    case UNDO_SUBTREE:
        return undo_subtree(arg, err);
    case UNDO_MOUNT:
        return undo_mount(arg, err);
    case UNDO_LOOP:
        return undo_loop(arg, err);
    case UNDO_SWAP:
        return undo_swap(arg, err);
    case UNDO_PROCESS:
        return undo_process(arg, err);
    case UNDO_WRITE:
        return undo_write(arg, err);
    }
    return 0;
}
