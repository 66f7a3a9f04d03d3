// SPDX-License-Identifier: MIT
/*
 * One function a kind of journal line. Each must be harmless when the thing was never made (the
 * journal is written first) or is gone already, and must be sure that it removes our thing and no
 * other: a pid is checked by its start time, a loop device by the file behind it.
 */
#include "undo_kinds.h"

#include "cleanup.h"
#include "fsio.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/loop.h>
#include <linux/openat2.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>

/* A killed process that waits for a throttled disk dies when its write is through, seconds later.
 */
enum { TRIES = 60, GROUP_TRIES = 200 };

static void pause_ms(int attempt)
{
    usleep((attempt < 10 ? 2 : 50) * 1000);
}

/*
 * Remove all below the directory. RESOLVE_NO_XDEV stops at every mount, bind mounts too: what is
 * mounted there is somebody else's, and rmdir of its mount point then fails. (nftw's FTW_MOUNT
 * compares st_dev, which misses a bind mount and takes overlayfs's files for another file
 * system's.)
 */
static void remove_below(int dir_fd)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};
    cleanup_closedir DIR *dir = fdopendir(fcntl(dir_fd, F_DUPFD_CLOEXEC, 0));

    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(dir_fd, entry->d_name, 0) == 0)
            continue;
        cleanup_close int below =
            (int)syscall(SYS_openat2, dir_fd, entry->d_name, &how, sizeof(how));
        if (below >= 0)
            remove_below(below);
        unlinkat(dir_fd, entry->d_name, AT_REMOVEDIR);
    }
}

static int undo_tree(const char *path, struct err *err)
{
    cleanup_close int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (dir >= 0)
        remove_below(dir);
    if (rmdir(path) < 0 && errno != ENOENT)
        return err_sys(err, "cannot remove %s", path);
    return 0;
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

static int remove_group(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)place;
    if (type == FTW_DP)
        rmdir(path);
    return 0;
}

/* Files in cgroupfs cannot be unlinked; the directories are removed, from the leaves up. */
static int undo_cgroup(const char *path, struct err *err)
{
    for (int i = 0; i < GROUP_TRIES; i++) {
        if (access(path, F_OK) < 0)
            return 0;
        nftw(path, kill_members, 16, FTW_PHYS | FTW_MOUNT);
        nftw(path, remove_group, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
        if (access(path, F_OK) < 0)
            return 0;
        pause_ms(i);
    }
    errno = EBUSY;
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
static int undo_hierarchy(const char *name, const char *run_dir, struct err *err)
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
        pause_ms(i);
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

static int undo_subtree(const char *arg, struct err *err)
{
    char path[PATH_MAX], controller[64];

    if (sscanf(arg, "%4095s %63s", path, controller) != 2)
        return err_set(err, ERR_SYS, "a journal line is not whole: '%s'", arg);
    if (!fsio_exists(path, "cgroup.subtree_control"))
        return 0;
    return fsio_write(err, path, "cgroup.subtree_control", "-%s", controller);
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
        pause_ms(i);
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
    cleanup_close int pidfd = proc_pidfd(pid);
    /* the order matters: the descriptor is taken first, so the start time is that of its process */
    if (pidfd < 0 || proc_start_time(pid) != start_time)
        return 0;
    proc_pidfd_signal(pidfd, SIGKILL);
    /* its pidfd becomes readable when it has ended; a zombie of ours counts as ended */
    poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 2000);
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
        return undo_tree(arg, err);
    case UNDO_CGROUP:
        return undo_cgroup(arg, err);
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
