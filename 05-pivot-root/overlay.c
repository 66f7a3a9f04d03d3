// SPDX-License-Identifier: MIT
/*
 * overlay: two containers, one image.
 *
 *      container A            container B
 *      upper A (its writes)   upper B (its writes)
 *          \                   /
 *           lower: the image, never written
 *
 * overlayfs shows lower and upper as one tree. A read finds the upper's file or else the lower's. A
 * write to a file of the lower copies it up first. To delete a file of the lower, the upper gets a
 * whiteout in its place: a character device 0:0, which hides it. So an image is kept once, however
 * many containers run from it (kernel: filesystems/overlayfs.rst).
 *
 * A and B each pivot into their own overlay of the same lower. A writes and deletes; B, the lower
 * and both uppers are then looked at from outside. B is the control.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "inside.h"
#include "root.h"
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct container {
    const char *name; /* "a": its directories are a/upper, a/work and a/root */
    struct inside in;
};

static int act_enter(void *arg, struct err *err)
{
    const struct container *container = arg;
    char options[256], root[64];

    if (root_private(err) < 0)
        return -1;
    snprintf(root, sizeof(root), "%s/root", container->name);
    snprintf(options, sizeof(options), "lowerdir=lower,upperdir=%s/upper,workdir=%s/work",
        container->name, container->name);
    if (mount("overlay", root, "overlay", 0, options) < 0) {
        err_sys(err, "cannot mount an overlay on %s", root);
        return errno == EPERM ? err_hint(err, "a user namespace may do it since Linux 5.11 -> sudo "
                                              "./run, or make vm-05")
                              : -1;
    }
    return root_bind(root, err) < 0 || root_pivot(err) < 0 ? -1 : root_detach(err);
}

static int act_write(void *arg, struct err *err)
{
    cleanup_close int fd = open("/etc/hostname", O_WRONLY | O_APPEND | O_CLOEXEC);

    (void)arg;
    return fd < 0 || write(fd, "written in A\n", 13) != 13
               ? err_sys(err, "cannot write /etc/hostname")
               : 0;
}

static int act_delete(void *arg, struct err *err)
{
    (void)arg;
    return unlink("/etc/hosts") < 0 ? err_sys(err, "cannot delete /etc/hosts") : 0;
}

static inside_act *const ACTS[] = {act_enter, act_write, act_delete, NULL};

static int start(struct container *container, struct err *err)
{
    static const char *const dirs[] = {"", "/upper", "/work", "/root"};
    char path[64];

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", container->name, dirs[i]);
        if (mkdir(path, 0755) < 0)
            return err_sys(err, "cannot make %s", path);
    }
    if (inside_start(&container->in, CLONE_NEWNS, ACTS, container, err) < 0)
        return -1;
    return inside_next(&container->in, err);
}

/* The file's size as this container sees it, or what the directory holds; UINT64_MAX: not there. */
static uint64_t size_inside(const struct container *container, const char *path)
{
    char full[128];
    struct stat st;

    snprintf(full, sizeof(full), "/proc/%d/root%s", container->in.child.pid, path);
    return stat(full, &st) == 0 ? (uint64_t)st.st_size : UINT64_MAX;
}

static uint64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_size : UINT64_MAX;
}

/* How many files and links there are in a container's upper directory. */
static uint64_t count_entries(const char *dir)
{
    cleanup_closedir DIR *stream = opendir(dir);
    uint64_t count = 0;

    for (struct dirent *entry; stream && (entry = readdir(stream));)
        count += entry->d_name[0] != '.';
    return count;
}

static void claim_all(
    struct report *r, const struct container *a, const struct container *b, uint64_t before)
{
    struct stat whiteout = {0};

    bool there = lstat("a/upper/etc/hosts", &whiteout) == 0;
    claim_u64(r, "bytes of the file in A", size_inside(a, "/etc/hostname"), EQ, before + 13,
        "/proc/PID/root/etc/hostname");
    claim_u64(r, "and of the copy in A's upper", size_of("a/upper/etc/hostname"), EQ, before + 13,
        "a/upper/etc/hostname");
    claim_u64(r, "the lower's file is as it was", size_of("lower/etc/hostname"), EQ, before,
        "lower/etc/hostname");
    claim_u64(r, "the deleted file is gone in A", size_inside(a, "/etc/hosts") == UINT64_MAX, EQ, 1,
        "/proc/PID/root/etc/hosts");
    claim_u64(r, "its whiteout: a character device", there && S_ISCHR(whiteout.st_mode), EQ, 1,
        "a/upper/etc/hosts");
    claim_u64(r, "with the number 0:0", whiteout.st_rdev, EQ, 0, "a/upper/etc/hosts");
    claim_u64(
        r, "the lower still has the file", size_of("lower/etc/hosts"), GT, 0, "lower/etc/hosts");
    claim_u64(r, "control: B sees the lower's file", size_inside(b, "/etc/hostname"), EQ, before,
        "/proc/PID/root/etc/hostname");
    claim_u64(r, "control: B has the deleted one", size_inside(b, "/etc/hosts"), EQ,
        size_of("lower/etc/hosts"), "/proc/PID/root/etc/hosts");
    claim_u64(r, "control: B's upper is empty", count_entries("b/upper"), EQ, 0, "b/upper");
}

static int overlay_run(struct run *run, struct err *err)
{
    struct container a = {.name = "a"}, b = {.name = "b"};
    struct report *r = &run->report;

    if (stage_open(run, err) < 0 || stage_root("lower", err) < 0)
        return -1;
    uint64_t before = size_of("lower/etc/hostname");
    step(r, "filesystems/overlayfs.rst",
        "A: mount overlay lowerdir=lower,upperdir=a/upper; pivot_root");
    if (start(&a, err) < 0)
        return -1;
    step(r, NULL, "B: the same lower, and b/upper");
    if (start(&b, err) < 0)
        return -1;
    note(r, "both see the %lu programs of one lower/bin; both uppers are empty",
        count_entries("lower/bin"));
    step(r, NULL, "A: echo written in A >> /etc/hostname");
    if (inside_next(&a.in, err) < 0)
        return -1;
    note(r, "copied up: a/upper/etc/hostname, %lu bytes", size_of("a/upper/etc/hostname"));
    step(r, NULL, "A: rm /etc/hosts");
    if (inside_next(&a.in, err) < 0)
        return -1;
    note(r, "a whiteout: a/upper/etc/hosts is a character device 0:0");
    claim_all(r, &a, &b, before);
    inside_end(&a.in);
    inside_end(&b.in);
    return 0;
}

const struct experiment overlay_experiment = {
    .name = "overlay",
    .summary = "two containers share one lower; a write copies up, a delete whites out",
    .needs = "root|userns ns:mnt fs:overlay",
    .steps = 4,
    .run = overlay_run,
};
