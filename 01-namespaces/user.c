// SPDX-License-Identifier: MIT
/*
 * user: be root inside, and stay an ordinary user outside.
 *
 * A child calls unshare(CLONE_NEWUSER). It has every capability at once, but over the new namespace
 * and what belongs to it only; its IDs mean nothing until maps say which IDs outside stand behind
 * them. The child writes them itself, which the kernel allows for one ID, its own, once
 * setgroups(2) is given up. Then it tries what root does: whatever belongs to the host's namespaces
 * is refused, and the same calls work (the control) in namespaces that belong to its own user
 * namespace. Source: user_namespaces(7).
 */
#include "child.h"
#include "experiments.h"
#include "fsio.h"
#include "host.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

/* What root does. Each gives the errno, 0 when it worked, and would do no harm if it did. */
static int try_host_name(const char *dir)
{
    struct utsname uts;

    (void)dir;
    uname(&uts);
    return sethostname(uts.nodename, strlen(uts.nodename)) < 0 ? errno : 0;
}

static int try_mount(const char *dir)
{
    return mount("labs", dir, "tmpfs", 0, "size=64k") < 0 ? errno : 0;
}

static int try_device(const char *dir)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/null", dir);
    return mknod(path, S_IFCHR | 0600, makedev(1, 3)) < 0 ? errno : 0;
}

static int try_groups(const char *dir)
{
    (void)dir;
    return setgroups(0, NULL) < 0 ? errno : 0;
}

static int try_chown(const char *dir)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/file", dir);
    return chown(path, 1, (gid_t)-1) < 0 ? errno : 0;
}

static int try_swap(const char *dir)
{
    return swapoff(dir) < 0 ? errno : 0;
}

/*
 * A capability counts only towards what belongs to the user namespace that it was got in. The host
 * name, the mounts, the devices belong to the first one: so it is EPERM with every capability set.
 */
static const struct {
    int (*attempt)(const char *dir);
    const char *what, *why;
    int expected;
} FORBIDDEN[] = {
    {try_host_name, "set the host's name", "the host's UTS namespace belongs to the host", EPERM},
    {try_mount, "mount in the host's tree", "so does its mount namespace", EPERM},
    {try_device, "make a device file", "a device is the whole machine's", EPERM},
    {try_swap, "switch swap off", "so is memory", EPERM},
    {try_groups, "call setgroups", "given up for the gid_map", EPERM},
    {try_chown, "give a file to uid 1", "nobody outside stands behind uid 1", EINVAL},
};

enum { TRIES = sizeof(FORBIDDEN) / sizeof(FORBIDDEN[0]) };

/* In shared memory: what the child found. */
struct scene {
    char dir[96];
    uid_t uid_before, uid_after;
    bool given_up; /* setgroups was denied above already, and that is inherited */
    int early_gid_map, foreign_uid_map, own_maps, second_uid_map; /* errno */
    int tries[TRIES];
    int own_host_name, own_mount;
};

/* A map has to come in one write, and with one line of ours in it: "inside outside count". */
static int write_map(const char *file, unsigned outside)
{
    struct err refused;

    return fsio_write(&refused, "/proc/self", file, "0 %u 1", outside) < 0 ? refused.code : 0;
}

/* The order is the point: setgroups is given up first, or the gid_map is refused. */
static int write_own_maps(unsigned uid, unsigned gid)
{
    struct err refused;

    if (fsio_write(&refused, "/proc/self", "setgroups", "deny") < 0)
        return refused.code;
    int result = write_map("gid_map", gid);
    return result ? result : write_map("uid_map", uid);
}

/*
 * The child; its turns are the steps of the experiment. It writes its maps itself. A parent with
 * CAP_SETUID, such as newuidmap(1), could give it more than one ID.
 */
static int be_root_inside(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    unsigned uid = geteuid(), gid = getegid(); /* they read 65534 in a moment */

    if (unshare(CLONE_NEWUSER) < 0)
        return err_sys(err, "cannot unshare a user namespace");
    scene->uid_before = geteuid();
    scene->given_up = host_file_has_word("/proc/self", "setgroups", "deny");
    child_turn(self);

    if (!scene->given_up)
        scene->early_gid_map = write_map("gid_map", gid);
    scene->foreign_uid_map = write_map("uid_map", uid + 1);
    scene->own_maps = write_own_maps(uid, gid);
    scene->second_uid_map = write_map("uid_map", uid);
    scene->uid_after = geteuid();
    if (fsio_create(err, scene->dir, "file", "made by root inside\n") < 0)
        return -1;
    child_turn(self);

    for (int i = 0; i < TRIES; i++)
        scene->tries[i] = FORBIDDEN[i].attempt(scene->dir);
    child_turn(self);

    if (unshare(CLONE_NEWUTS | CLONE_NEWNS) < 0)
        return err_sys(err, "cannot unshare in the user namespace");
    scene->own_host_name = try_host_name(scene->dir);
    scene->own_mount = try_mount(scene->dir);
    child_turn(self);
    return 0;
}

/* All capabilities that this kernel knows, as CapEff shows them. */
static void all_capabilities(char buf[CHILD_STATUS])
{
    uint64_t last = CAP_LAST_CAP;
    struct err ignored;

    fsio_read_u64("/proc/sys/kernel", "cap_last_cap", &last, &ignored);
    snprintf(buf, CHILD_STATUS, "%016lx", (1ul << (last + 1)) - 1);
}

static int show_maps(struct report *r, struct child *child, struct scene *scene, struct err *err)
{
    char caps[CHILD_STATUS], all[CHILD_STATUS], uids[CHILD_STATUS], path[128];
    uint64_t nobody = 65534;
    struct err ignored;
    struct stat st;

    step(r, "unshare(2), capabilities(7)", "in a child: unshare(CLONE_NEWUSER)");
    if (child_start(child, 0, be_root_inside, scene, err) < 0)
        return -1;
    child_status(child->pid, "CapEff", caps);
    note(r, "its uid reads %u: not mapped; CapEff: %s", scene->uid_before, caps);
    all_capabilities(all);
    fsio_read_u64("/proc/sys/kernel", "overflowuid", &nobody, &ignored);
    claim_u64(r, "without a map it is nobody", scene->uid_before, EQ, nobody, "geteuid(2) inside");
    claim_text(r, "but has every capability in there", caps, EQ, all, "CapEff in status");

    step(r, "user_namespaces(7)", "setgroups <- deny; gid_map <- 0 %u 1; uid_map <- 0 %u 1",
        getegid(), geteuid());
    explain(
        r, "leaving a group could give access that the group is denied: so setgroups goes first");
    if (child_next(child, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/file", scene->dir);
    if (stat(path, &st) < 0)
        return err_sys(err, "cannot look at %s", path);
    child_status(child->pid, "Uid", uids);
    uint64_t outside = strtoul(uids, NULL, 10);
    note(r, "uid inside: %u; outside: %lu; a file it makes belongs to uid %u", scene->uid_after,
        outside, st.st_uid);
    if (scene->given_up)
        note(r, "setgroups was given up in a user namespace above, so gid_map could come first");
    else
        claim_errno(
            r, "control: gid_map before setgroups", scene->early_gid_map, EPERM, "write(2)");
    claim_errno(r, "control: somebody else's uid", scene->foreign_uid_map, EPERM, "write(2)");
    claim_errno(r, "its own uid and gid", scene->own_maps, 0, "write(2)");
    claim_errno(r, "a map is written once", scene->second_uid_map, EPERM, "write(2)");
    claim_u64(r, "inside it is root", scene->uid_after, EQ, 0, "geteuid(2) inside");
    claim_u64(r, "outside it is who we are", outside, EQ, geteuid(), "Uid in /proc/PID/status");
    claim_u64(r, "so are its files", st.st_uid, EQ, geteuid(), "stat(2) outside");
    return 0;
}

static int user_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct scene *scene = child_memory(sizeof(*scene));
    struct child child;

    if (!scene)
        return err_sys(err, "no memory to share");
    snprintf(scene->dir, sizeof(scene->dir), "%s", run->undo.dir);
    if (show_maps(r, &child, scene, err) < 0)
        return -1;

    step(r, "user_namespaces(7)", "what root in there may not do");
    if (child_next(&child, err) < 0)
        return -1;
    for (int i = 0; i < TRIES; i++) {
        note(
            r, "%-26s %s", FORBIDDEN[i].what, scene->tries[i] ? strerror(scene->tries[i]) : "done");
        explain(r, "%s", FORBIDDEN[i].why);
        claim_errno(r, FORBIDDEN[i].what, scene->tries[i], FORBIDDEN[i].expected, "errno inside");
    }

    step(r, "user_namespaces(7)", "control: unshare(CLONE_NEWUTS|CLONE_NEWNS) in there first");
    explain(r, "a namespace belongs to the user namespace in which it was made");
    if (child_next(&child, err) < 0)
        return -1;
    claim_errno(r, "control: set its own host name", scene->own_host_name, 0, "errno inside");
    claim_errno(r, "control: mount in its own tree", scene->own_mount, 0, "errno inside");
    return child_end(&child, err);
}

const struct experiment user_experiment = {
    .name = "user",
    .summary = "root inside, an ordinary user outside: maps, and what they do not allow",
    .needs = "userns ns:user",
    .steps = 4,
    .run = user_run,
};
