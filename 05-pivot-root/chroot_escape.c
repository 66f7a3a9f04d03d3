// SPDX-License-Identifier: MIT
/*
 * chroot-escape: a chroot is left, a pivot_root is not.
 *
 * chroot(2) changes where a path that begins with "/" starts, and stops ".." there. It does not
 * change the working directory, and a second chroot forgets the first. So whoever may call it makes
 * a directory, moves its root in there while standing outside of it, and climbs: ".." is stopped
 * only at the root, and that is now below.
 *
 * After pivot_root the same climb ends where it should: above the new root there is nothing in this
 * mount namespace. What does lead out is a descriptor that was left open; hence O_CLOEXEC
 * everywhere.
 */
#include "experiments.h"

#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CLIMB = 64 }; /* ".." in / is /, so more than enough does no harm */

/* A descriptor of the host's /, opened before the change of root. */
static int host_fd = -1;

static int act_chroot(void *arg, struct err *err)
{
    (void)arg;
    if (chroot("root") < 0 || chdir("/") < 0)
        return err_sys(err, "cannot chroot");
    return 0;
}

static int act_pivot(void *arg, struct err *err)
{
    (void)arg;
    host_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (host_fd < 0)
        return err_sys(err, "cannot open /");
    return root_change("root", err);
}

static int act_climb(void *arg, struct err *err)
{
    (void)arg;
    if ((mkdir("x", 0755) < 0 && errno != EEXIST) || chroot("x") < 0)
        return err_sys(err, "cannot chroot a second time");
    for (int i = 0; i < CLIMB; i++) {
        if (chdir("..") < 0)
            return err_sys(err, "cannot climb");
    }
    return chroot(".") < 0 ? err_sys(err, "cannot chroot to where the climb ended") : 0;
}

static int act_descriptor(void *arg, struct err *err)
{
    (void)arg;
    if (fchdir(host_fd) < 0 || chroot(".") < 0)
        return err_sys(err, "cannot go where the descriptor leads");
    return 0;
}

/* Lets the child do its next act and looks where its root is then. */
static int next_root(struct inside *in, char ret_id[LOOK_ID], struct err *err)
{
    return inside_next(in, err) < 0 ? -1 : look_root(in->child.pid, ret_id, err);
}

static int try_chroot(struct run *run, const char *host, const char *root, struct err *err)
{
    static inside_act *const acts[] = {act_chroot, act_climb, NULL};
    struct report *r = &run->report;
    char in_chroot[LOOK_ID], climbed[LOOK_ID];
    struct inside in;

    step(r, "chroot(2)", "chroot(\"root\"); chdir(\"/\")");
    if (inside_start(&in, CLONE_NEWNS, acts, NULL, err) < 0 || next_root(&in, in_chroot, err) < 0)
        return -1;
    note(r, "its / is %s: the new root", in_chroot);
    step(r, "chroot(2), NOTES",
        "mkdir(\"x\"); chroot(\"x\"); chdir(\"..\") %d times; chroot(\".\")", CLIMB);
    explain(r, "the working directory stays above the new root, so nothing stops \"..\"");
    if (next_root(&in, climbed, err) < 0)
        return -1;
    note(r, "its / is %s: the host's", climbed);
    inside_end(&in);
    claim_text(r, "control: the chroot holds at first", in_chroot, EQ, root, "/proc/PID/root");
    claim_text(r, "after the climb its / is the host's", climbed, EQ, host, "/proc/PID/root");
    return 0;
}

static int try_pivot(struct run *run, const char *host, const char *root, struct err *err)
{
    static inside_act *const acts[] = {act_pivot, act_climb, act_descriptor, NULL};
    struct report *r = &run->report;
    char pivoted[LOOK_ID], climbed[LOOK_ID], by_fd[LOOK_ID];
    struct inside in;

    step(r, "pivot_root(2)", "another child: fd = open(\"/\"); pivot_root(\"root\")");
    if (inside_start(&in, CLONE_NEWNS, acts, NULL, err) < 0 || next_root(&in, pivoted, err) < 0)
        return -1;
    step(r, NULL, "the same climb");
    if (next_root(&in, climbed, err) < 0)
        return -1;
    note(r, "its / is %s: still the new root", climbed);
    step(r, "open(2) O_CLOEXEC", "fchdir(fd); chroot(\".\")");
    explain(r, "a detached mount lives on for as long as something holds it: here fd");
    if (next_root(&in, by_fd, err) < 0)
        return -1;
    note(r, "its / is %s: the host's, through the descriptor", by_fd);
    inside_end(&in);
    claim_text(r, "after pivot_root the climb ends inside", climbed, EQ, root, "/proc/PID/root");
    claim_text(r, "a descriptor left open leads out", by_fd, EQ, host, "/proc/PID/root");
    return 0;
}

static int chroot_escape_run(struct run *run, struct err *err)
{
    char host[LOOK_ID], root[LOOK_ID];

    if (stage_open(run, err) < 0 || stage_root("root", err) < 0 || look_root(0, host, err) < 0 ||
        look_dir("root", root, err) < 0 || try_chroot(run, host, root, err) < 0)
        return -1;
    return try_pivot(run, host, root, err);
}

const struct experiment chroot_escape_experiment = {
    .name = "chroot-escape",
    .summary = "a chroot is left, a pivot_root is not",
    .needs = "root|userns ns:mnt",
    .steps = 5,
    .run = chroot_escape_run,
};
