// SPDX-License-Identifier: MIT
/*
 * readonly: a root that cannot be written, with the places that can.
 *
 * Read-only is a flag of a mount, not of the files: the same directory can be writable through one
 * mount and not through another, and whoever owns it outside goes on writing. A bind mount takes no
 * flags when it is made: MS_BIND | MS_RDONLY gives a writable one and no error. It takes a second
 * call, MS_REMOUNT | MS_BIND | MS_RDONLY; without MS_BIND there, the whole file system would become
 * read-only, for everybody (mount(2)). What is mounted below keeps flags of its own, so a tmpfs on
 * /tmp stays writable.
 */
#include "experiments.h"

#include "cleanup.h"
#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Shared with the container: the errno of each write. */
struct guest {
    unsigned long bind_flags;
    bool remount;
    int root_code, tmp_code;
};

static int act_enter(void *arg, struct err *err)
{
    struct guest *guest = arg;

    if (root_private(err) < 0)
        return -1;
    if (mount("root", "root", NULL, MS_BIND | guest->bind_flags, NULL) < 0)
        return err_sys(err, "cannot bind root onto itself");
    if (guest->remount && mount(NULL, "root", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
        return err_sys(err, "cannot make the bind read-only");
    if (mount("tmpfs", "root/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
        return err_sys(err, "cannot mount a tmpfs on root/tmp");
    if (chdir("root") < 0)
        return err_sys(err, "cannot change to root");
    return root_pivot(err) < 0 ? -1 : root_detach(err);
}

static int try_write(const char *path)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    return fd < 0 ? errno : 0;
}

static int act_write(void *arg, struct err *err)
{
    struct guest *guest = arg;

    (void)err;
    guest->root_code = try_write("/etc/new");
    guest->tmp_code = try_write("/tmp/new");
    return 0;
}

/* *ret_rdonly: what the kernel says of the mount that is /, from outside. */
static int enter_and_write(
    struct guest *guest, struct inside *in, bool *ret_rdonly, struct err *err)
{
    static inside_act *const acts[] = {act_enter, act_write, NULL};
    struct statvfs fs;
    char path[64];

    if (inside_start(in, CLONE_NEWNS, acts, guest, err) < 0 || inside_rest(in, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/%d/root/", in->child.pid);
    if (statvfs(path, &fs) < 0)
        return err_sys(err, "cannot look at %s", path);
    *ret_rdonly = fs.f_flag & ST_RDONLY;
    return 0;
}

static int readonly_run(struct run *run, struct err *err)
{
    struct guest *once = inside_shared(sizeof(*once), err), *twice;
    struct report *r = &run->report;
    bool rdonly_once, rdonly_twice;
    struct inside in;

    if (!once || !(twice = inside_shared(sizeof(*twice), err)) || stage_open(run, err) < 0 ||
        stage_root("root", err) < 0)
        return -1;
    step(
        r, "mount(2), NOTES", "mount(root, root, MS_BIND | MS_RDONLY); pivot_root; touch /etc/new");
    explain(r, "a new bind takes over the flags of what it is bound from, and ignores its own");
    once->bind_flags = MS_RDONLY;
    if (enter_and_write(once, &in, &rdonly_once, err) < 0)
        return -1;
    inside_end(&in);
    unlink("root/etc/new");
    note(r, "%s: the flag was ignored", errno_name(once->root_code));

    step(r, "mount(2), \"Remounting\"",
        "mount(root, root, MS_BIND); mount(root, MS_REMOUNT | MS_BIND | MS_RDONLY); the same");
    twice->remount = true;
    if (enter_and_write(twice, &in, &rdonly_twice, err) < 0)
        return -1;
    note(r, "touch /etc/new: %s; touch /tmp/new, a tmpfs: %s", errno_name(twice->root_code),
        errno_name(twice->tmp_code));
    step(r, NULL, "outside, meanwhile: touch root/etc/new");
    int outside = try_write("root/etc/new");
    note(r, "%s: the mount is read-only, the directory is not", errno_name(outside));
    inside_end(&in);

    claim_u64(r, "its / is a read-only mount", rdonly_twice, EQ, 1, "statvfs(/proc/PID/root)");
    claim_errno(r, "a write to its /", twice->root_code, EROFS, "open(2)");
    claim_errno(r, "a write to the tmpfs on /tmp", twice->tmp_code, 0, "open(2)");
    claim_errno(r, "a write from outside", outside, 0, "open(2)");
    claim_errno(r, "control: bound with MS_RDONLY at once", once->root_code, 0, "open(2)");
    claim_u64(r, "control: which is not read-only", rdonly_once, EQ, 0, "statvfs(/proc/PID/root)");
    return 0;
}

const struct experiment readonly_experiment = {
    .name = "readonly",
    .summary = "a read-only root takes two calls, and stops at its mount",
    .needs = "root|userns ns:mnt",
    .steps = 3,
    .run = readonly_run,
};
