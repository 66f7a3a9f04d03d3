// SPDX-License-Identifier: MIT
/*
 * no-pivot: MS_MOVE and chroot, where pivot_root cannot work, and why that is second best.
 *
 * In an initramfs there is no old root that could be put away (./run causes), so switch_root(8) and
 * `runc --no-pivot` do without: they move the new root's mount over /, and chroot into it. That
 * looks the same from inside. But the old root is still there, under the new one, with all that is
 * mounted in it. Whoever may umount (root in a container that kept CAP_SYS_ADMIN) takes the new
 * root off and asks the kernel, by setns(2) into the mount namespace that it is in, for its /.
 *
 * After pivot_root the same trick finds no host: that was detached. What lies under the new root
 * then is the kernel's first file system, which is empty; as an ordinary user even / itself may not
 * be taken off.
 */
#include "experiments.h"

#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Shared with the container: the errno of the call at which the way out ended. */
struct guest {
    int umount_code, setns_code;
};

static int act_move(void *arg, struct err *err)
{
    (void)arg;
    if (root_private(err) < 0 || root_bind("root", err) < 0 || root_mount_proc(".", err) < 0)
        return -1;
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
        return err_sys(err, "cannot move the new root over /");
    return 0;
}

static int act_pivot(void *arg, struct err *err)
{
    (void)arg;
    if (root_private(err) < 0 || root_bind("root", err) < 0 || root_mount_proc(".", err) < 0 ||
        root_pivot(err) < 0)
        return -1;
    return root_detach(err);
}

static int act_leave(void *arg, struct err *err)
{
    struct guest *guest = arg;
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_sys(err, "cannot open the mount namespace");
    guest->umount_code = umount2("/", MNT_DETACH) < 0 ? errno : 0;
    guest->setns_code = setns(fd, CLONE_NEWNS) < 0 ? errno : 0;
    return 0;
}

struct result {
    char before[LOOK_ID], after[LOOK_ID]; /* its / after the change of root, and after the trick */
};

static int try(
    struct run *run, inside_act *const *acts, const char *how, struct result *ret, struct err *err)
{
    struct guest *guest = inside_shared(sizeof(*guest), err);
    struct report *r = &run->report;
    struct inside in;

    step(r, "mount(2), pivot_root(2)", "%s", how);
    if (!guest || inside_start(&in, INSIDE_CONTAINER, acts, guest, err) < 0 ||
        inside_next(&in, err) < 0 || look_root(in.child.pid, ret->before, err) < 0)
        return -1;
    note(r, "its / is %s", ret->before);
    step(r, "setns(2)", "umount2(\"/\", MNT_DETACH); setns(its own /proc/self/ns/mnt)");
    if (inside_next(&in, err) < 0 || look_root(in.child.pid, ret->after, err) < 0)
        return -1;
    note(r, "umount2: %s; setns: %s; its / is %s", errno_name(guest->umount_code),
        errno_name(guest->setns_code), ret->after);
    inside_end(&in);
    return 0;
}

static int no_pivot_run(struct run *run, struct err *err)
{
    static inside_act *const by_move[] = {act_move, act_leave, NULL};
    static inside_act *const by_pivot[] = {act_pivot, act_leave, NULL};
    struct report *r = &run->report;
    struct result move, pivot;
    char host[LOOK_ID], root[LOOK_ID];

    if (stage_open(run, err) < 0 || stage_root("root", err) < 0 || look_root(0, host, err) < 0 ||
        look_dir("root", root, err) < 0)
        return -1;
    if (try(run, by_move, "mount(\".\", \"/\", MS_MOVE); chroot(\".\")", &move, err) < 0 ||
        try(run, by_pivot, "pivot_root(\".\", \".\"); umount2(\".\", MNT_DETACH)", &pivot, err) < 0)
        return -1;
    claim_text(r, "MS_MOVE: its / is the new root", move.before, EQ, root, "/proc/PID/root");
    claim_text(r, "MS_MOVE: the trick ends on the host", move.after, EQ, host, "/proc/PID/root");
    claim_text(r, "pivot_root: its / is the new root", pivot.before, EQ, root, "/proc/PID/root");
    claim_text(r, "control: with pivot_root it does not", pivot.after, NE, host, "/proc/PID/root");
    return 0;
}

const struct experiment no_pivot_experiment = {
    .name = "no-pivot",
    .summary = "MS_MOVE and chroot instead of pivot_root, and why it is second best",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 4,
    .run = no_pivot_run,
};
