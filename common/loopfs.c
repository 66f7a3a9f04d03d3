// SPDX-License-Identifier: MIT
/*
 * A file, a loop device on it, an ext4 in that, mounted. Two things need care. Another run may take
 * the free device between our asking for it and our taking it, so taking is tried again with the
 * next one. And ext4 must not write by itself while somebody measures: mkfs zeroes the inode tables
 * and the journal at once, which the kernel would otherwise do lazily behind the experiment's back.
 */
#include "loopfs.h"

#include "cleanup.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { TRIES = 50, BLOCK_BYTES = 1 << 20 };

static int make_file(const char *path, uint64_t size_bytes, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, (off_t)size_bytes) < 0) {
        err_sys(err, "cannot make the file %s", path);
        close_fd(&fd);
        return -1;
    }
    return fd;
}

/* A container may have the control device, and not what it gives: that is in the host's /dev. */
static int no_device(struct err *err, const char *what)
{
    err_sys(err, "cannot get a loop device: %s", what);
    if (err->code == ENOENT || err->code == ENXIO || err->code == EPERM || err->code == EACCES)
        err->kind = ERR_SKIP;
    return err_hint(err, "maybe no loop module, or inside a container -> make vm-NN, of this lab");
}

/*
 * Ties the file to the next free device, whose name goes to fs. LOOP_CONFIGURE does it in one call,
 * so that there is never a device of ours that does not carry the file's name, by which the journal
 * knows it. Returns 0, 1 when somebody else was faster, or -1.
 */
static int take_device(
    struct loopfs *fs, struct undo *undo, int control, int backing, struct err *err)
{
    struct loop_config config = {.fd = (unsigned)backing};
    struct stat st;

    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0)
        return no_device(err, "LOOP_CTL_GET_FREE");
    snprintf(fs->device, sizeof(fs->device), "/dev/loop%d", number);
    cleanup_close int fd = open(fs->device, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return no_device(err, fs->device);
    snprintf(fs->number, sizeof(fs->number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
    if (undo_add(undo, err, UNDO_LOOP, "%s %s", fs->device, fs->file) < 0)
        return -1;
    snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", fs->file);
    if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
        return 0;
    return errno == EBUSY ? 1 : no_device(err, "LOOP_CONFIGURE");
}

static int attach(struct loopfs *fs, struct undo *undo, int backing, struct err *err)
{
    cleanup_close int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int taken = 1;

    if (control < 0)
        return no_device(err, "/dev/loop-control");
    for (int i = 0; i < TRIES && taken == 1; i++) {
        taken = take_device(fs, undo, control, backing, err);
        if (taken == 1)
            usleep(10000);
    }
    return taken == 1 ? err_set(err, ERR_SYS, "every free loop device was taken by others") : taken;
}

int loopfs_why(const struct loopfs *fs, struct err *err)
{
    struct statvfs below;

    /* the file is made of holes, so what it lacks is missed only when it is written */
    if (statvfs(fs->file, &below) == 0 && below.f_bavail * below.f_frsize < BLOCK_BYTES)
        err_hint(err, "the file system that has %s is full -> make room in it", fs->file);
    return -1;
}

static int make_ext4(const struct loopfs *fs, struct err *err)
{
    const char *const argv[] = {"mkfs.ext4", "-q", "-E",
        "nodiscard,lazy_itable_init=0,lazy_journal_init=0", fs->device, NULL};
    int status = proc_run(&(struct proc_spec){.argv = argv, .quiet = true}, err);

    if (status < 0)
        return -1;
    if (status == 0)
        return 0;
    err_set(err, ERR_SYS, "mkfs.ext4 %s ended with %d", fs->device, status);
    return loopfs_why(fs, err);
}

int loopfs_alone(struct err *err)
{
    if (unshare(CLONE_NEWNS) < 0)
        return err_sys(err, "cannot make a mount namespace");
    /* slave, so that what the host unmounts meanwhile does not live on in here */
    return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0
               ? err_sys(err, "cannot keep mounts from the host")
               : 0;
}

int loopfs_make(struct loopfs *fs, struct undo *undo, uint64_t size_bytes, struct err *err)
{
    snprintf(fs->file, sizeof(fs->file), "%s/disk.img", undo->dir);
    snprintf(fs->point, sizeof(fs->point), "%s/disk", undo->dir);
    cleanup_close int backing = make_file(fs->file, size_bytes, err);
    if (backing < 0 || attach(fs, undo, backing, err) < 0 || make_ext4(fs, err) < 0)
        return -1;
    if (mkdir(fs->point, 0700) < 0)
        return err_sys(err, "cannot make the mount point %s", fs->point);
    if (undo_add(undo, err, UNDO_MOUNT, "%s", fs->point) < 0)
        return -1;
    if (mount(fs->device, fs->point, "ext4", MS_NOATIME, NULL) < 0)
        return err_sys(err, "cannot mount %s as ext4", fs->device);
    return 0;
}

static int write_blocks(int fd, const void *block, uint64_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(fd, block, bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        bytes -= (uint64_t)written;
    }
    return 0;
}

int loopfs_write(const struct loopfs *fs, const char *name, uint64_t bytes, bool direct, bool flush,
    double *ret_seconds, struct err *err)
{
    char path[PATH_MAX];
    cleanup_free void *block = NULL;

    snprintf(path, sizeof(path), "%s/%s", fs->point, name);
    /* O_DIRECT wants memory aligned to the device's blocks (open(2)) */
    if (posix_memalign(&block, 4096, BLOCK_BYTES) != 0)
        return err_set(err, ERR_SYS, "no memory for a block to write");
    memset(block, 'x', BLOCK_BYTES);
    cleanup_close int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (direct ? O_DIRECT : 0), 0600);
    if (fd < 0)
        return err_sys(err, "cannot make the file %s", path);
    double begin = live_now();
    if (write_blocks(fd, block, bytes) < 0 || (flush && fsync(fd) < 0)) {
        err_sys(err, "cannot write to %s", path);
        return loopfs_why(fs, err);
    }
    *ret_seconds = live_now() - begin;
    return 0;
}
