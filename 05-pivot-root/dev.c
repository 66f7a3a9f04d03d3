// SPDX-License-Identifier: MIT
/*
 * dev: a minimal /dev with terminals of its own.
 *
 * A new root has an empty /dev: "> /dev/null" then makes a file of that name that grows. The host's
 * /dev bound in would work, and would hand over the host's disks and everybody's terminals. So a
 * container gets six devices, and a devpts of its own, in which terminals are counted from 0 again.
 *
 * devices.c makes it; here it is looked at from outside.
 */
#include "experiments.h"

#include "devices.h"
#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Shared with the container. */
struct guest {
    bool with_dev;
    int bound;      /* devices bound from the host */
    ssize_t zeroes; /* read from /dev/zero */
    int full_code;  /* errno of a write to /dev/full */
    char terminal[32];
};

static int act_enter(void *arg, struct err *err)
{
    struct guest *guest = arg;

    if (root_private(err) < 0 || root_bind("root", err) < 0 ||
        (guest->with_dev && devices_make(".", &guest->bound, err) < 0))
        return -1;
    return root_pivot(err) < 0 ? -1 : root_detach(err);
}

/* What a shell does for "echo lost > /dev/null". */
static int act_redirect(void *arg, struct err *err)
{
    int fd = open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    (void)arg;
    return fd < 0 || write(fd, "lost\n", 5) != 5 || close(fd) < 0
               ? err_sys(err, "cannot write to /dev/null")
               : 0;
}

/* The descriptors stay open, and with them the terminal stays in /dev/pts to be looked at. */
static int act_use(void *arg, struct err *err)
{
    struct guest *guest = arg;
    char buffer[16];
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC),
        full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    /* O_NOCTTY: to look at, and not to become the one whose Ctrl-C this session gets */
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (zero < 0 || full < 0)
        return err_sys(err, "cannot open /dev/zero or /dev/full");
    guest->zeroes = read(zero, buffer, sizeof(buffer));
    guest->full_code = write(full, "x", 1) < 0 ? errno : 0;
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
        ptsname_r(master, guest->terminal, sizeof(guest->terminal)) != 0)
        return err_sys(err, "cannot open a terminal");
    return 0;
}

/* How many of the devices are there with their right numbers, seen from outside. */
static uint64_t count_devices(pid_t pid)
{
    uint64_t found = 0;

    for (int i = 0; i < DEVICES; i++) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof(path), "/proc/%d/root/dev/%s", pid, device_table[i].name);
        found += stat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
                 st.st_rdev == makedev(device_table[i].major, device_table[i].minor);
    }
    return found;
}

/* Starts a container with or without a /dev, lets it write to /dev/null, and looks at that. */
static int start(struct inside *in, struct guest *guest, struct stat *ret_null, struct err *err)
{
    static inside_act *const acts[] = {act_enter, act_redirect, act_use, NULL};
    char path[64];

    if (inside_start(in, CLONE_NEWNS, acts, guest, err) < 0 || inside_next(in, err) < 0 ||
        inside_next(in, err) < 0)
        return -1;
    /* in there nobody could tell us: whoever opens it sees a file that takes what is written */
    snprintf(path, sizeof(path), "/proc/%d/root/dev/null", in->child.pid);
    return stat(path, ret_null) < 0 ? err_sys(err, "cannot look at %s", path) : 0;
}

static int claim_terminal(
    struct report *r, const struct inside *in, const struct guest *guest, struct err *err)
{
    char inside_path[80], inside_pts[LOOK_ID], host_pts[LOOK_ID];
    struct stat st;

    snprintf(inside_path, sizeof(inside_path), "/proc/%d/root/dev/pts", in->child.pid);
    if (look_dir(inside_path, inside_pts, err) < 0 || look_dir("/dev/pts", host_pts, err) < 0)
        return -1;
    snprintf(inside_path, sizeof(inside_path), "/proc/%d/root%s", in->child.pid, guest->terminal);
    bool there = stat(inside_path, &st) == 0 && S_ISCHR(st.st_mode);
    claim_text(r, "its first terminal", guest->terminal, EQ, "/dev/pts/0", "ptsname(3)");
    claim_u64(r, "which is in its own /dev/pts", there, EQ, 1, "/proc/PID/root/dev/pts");
    claim_text(r, "its devpts is not the host's", inside_pts, NE, host_pts, "stat(2)");
    return 0;
}

static int dev_run(struct run *run, struct err *err)
{
    struct guest *guest = inside_shared(sizeof(*guest), err);
    struct report *r = &run->report;
    struct stat no_null, null;
    struct inside in;

    if (!guest || stage_open(run, err) < 0 || stage_root("root", err) < 0)
        return -1;
    step(r, "null(4)", "a root with an empty /dev: echo lost > /dev/null");
    if (start(&in, guest, &no_null, err) < 0)
        return -1;
    inside_end(&in);
    unlink("root/dev/null");
    note(r, "it made an ordinary file of %ld bytes", (long)no_null.st_size);

    step(r, "mknod(2), tmpfs(5)", "a tmpfs on /dev; null zero full random urandom tty; fd and pts");
    guest->with_dev = true;
    if (start(&in, guest, &null, err) < 0)
        return -1;
    note(r, "%d devices made by mknod, %d bound from the host's /dev", DEVICES - guest->bound,
        guest->bound);
    step(r, "pts(4), ptsname(3)", "read /dev/zero, write /dev/full, open /dev/ptmx");
    if (inside_next(&in, err) < 0)
        return -1;
    note(r, "its first terminal is %s", guest->terminal);

    claim_u64(r, "devices with their right numbers", count_devices(in.child.pid), EQ, DEVICES,
        "/proc/PID/root/dev");
    claim_u64(r, "/dev/null is a device", S_ISCHR(null.st_mode), EQ, 1, "stat(2)");
    claim_u64(r, "bytes read from /dev/zero", (uint64_t)guest->zeroes, EQ, 16, "read(2)");
    claim_errno(r, "a write to /dev/full", guest->full_code, ENOSPC, "write(2)");
    if (claim_terminal(r, &in, guest, err) < 0)
        return -1;
    inside_end(&in);
    claim_u64(
        r, "control: without, null is a file of", (uint64_t)no_null.st_size, EQ, 5, "stat(2)");
    return 0;
}

const struct experiment dev_experiment = {
    .name = "dev",
    .summary = "a minimal /dev with terminals of its own",
    .needs = "root|userns ns:mnt",
    .steps = 3,
    .run = dev_run,
};
