// SPDX-License-Identifier: MIT
/*
 * propagation: what happens to the host when a container forgets to make its mounts private.
 *
 * On nearly every host / is shared: a new mount namespace starts as a copy, but each copied mount
 * stays in a group with its original, and what is mounted on one appears on all of them
 * (mount_namespaces(7)). A container that mounts its proc then does so on the host as well, and the
 * host's ps goes blind. pivot_root refuses to work there at all.
 *
 * The host in this experiment is a stand-in: a shared tmpfs with a /proc in the run's own private
 * namespace, so that the leak ends there. MS_PRIVATE cuts both ways, MS_SLAVE lets the host's new
 * mounts in and nothing out; the control is the container that forgets.
 */
#include "experiments.h"

#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* What one container is to do; shared with it. */
struct guest {
    unsigned long type; /* MS_PRIVATE, MS_SLAVE, or 0: it forgets */
    int pivot_code;     /* pivot_root's errno */
};

static int act_propagation(void *arg, struct err *err)
{
    struct guest *guest = arg;

    if (guest->type && mount(NULL, "/", NULL, MS_REC | guest->type, NULL) < 0)
        return err_sys(err, "cannot change the propagation");
    return 0;
}

static int act_mount_proc(void *arg, struct err *err)
{
    (void)arg;
    return root_mount_proc("host", err);
}

/* The new root lies on the stand-in host's /. The failure is the result, not an error. */
static int act_pivot(void *arg, struct err *err)
{
    struct guest *guest = arg;

    if (root_bind("host/root", err) < 0)
        return -1;
    if (root_pivot(err) < 0)
        guest->pivot_code = err->code;
    return 0;
}

static inside_act *const ACTS[] = {act_propagation, act_mount_proc, act_pivot, NULL};

/* A tmpfs that plays the host's /, with a /proc, both shared as systemd makes them. */
static int make_host(struct err *err)
{
    if (mkdir("host", 0755) < 0 || mount("tmpfs", "host", "tmpfs", 0, "mode=755") < 0 ||
        mkdir("host/proc", 0755) < 0 || mkdir("host/usb", 0755) < 0 ||
        mkdir("host/root", 0755) < 0 ||
        mount("/proc", "host/proc", NULL, MS_BIND | MS_REC, NULL) < 0 ||
        mount(NULL, "host", NULL, MS_REC | MS_SHARED, NULL) < 0)
        return err_sys(err, "cannot make a stand-in for the host");
    return 0;
}

/* The container that forgets: the leak, what it does to the host, and that it stays. */
static int forget(struct run *run, const char *host, struct err *err)
{
    struct guest *guest = inside_shared(sizeof(*guest), err);
    struct report *r = &run->report;
    struct inside in;
    char proc[PATH_MAX];

    snprintf(proc, sizeof(proc), "%s/proc", host);
    int before = look_mounts(0, proc, err), seen_before = look_numbers("host/proc", err);

    step(r, "mount_namespaces(7)", "a container that forgets mounts its proc on /proc");
    if (!guest || before < 0 || seen_before < 0 ||
        inside_start(&in, INSIDE_CONTAINER, ACTS, guest, err) < 0 || inside_next(&in, err) < 0 ||
        inside_next(&in, err) < 0)
        return -1;
    int during = look_mounts(0, proc, err), seen = look_numbers("host/proc", err);
    note(r, "the host has %d mount more, and its /proc shows %d process instead of its own",
        during - before, seen);
    step(r, "pivot_root(2), ERRORS", "and it calls pivot_root");
    if (inside_next(&in, err) < 0)
        return -1;
    note(r, "%s", err_name(guest->pivot_code));
    step(r, NULL, "the container ends");
    inside_end(&in);
    int after = look_mounts(0, proc, err), seen_after = look_numbers("host/proc", err);
    if (during < 0 || seen < 0 || after < 0 || seen_after < 0)
        return -1;
    note(r, "the mount stays, of a PID namespace that is no more: ps on the host shows nothing");
    note(r, "cure: umount /proc");
    claim_u64(r, "control: forgotten, the mount leaks", (uint64_t)(during - before), EQ, 1,
        "/proc/self/mountinfo");
    claim_u64(r, "the host's /proc shows the container", (uint64_t)seen, EQ, 1, "/proc");
    claim_u64(r, "before, it showed the host", (uint64_t)seen_before, GT, 1, "/proc");
    claim_errno(r, "pivot_root refuses shared mounts", guest->pivot_code, EINVAL, "pivot_root(2)");
    claim_u64(r, "the leak outlives the container", (uint64_t)(after - before), EQ, 1,
        "/proc/self/mountinfo");
    claim_u64(r, "and the host's /proc is empty", (uint64_t)seen_after, EQ, 0, "/proc");
    return umount2("host/proc", 0) < 0 ? err_sys(err, "cannot umount the leak") : 0;
}

/* A container with this propagation: what leaks out, and what of the host's comes in. */
static int with_type(struct run *run, const char *host, unsigned long type, struct err *err)
{
    const char *name = type == MS_PRIVATE ? "MS_PRIVATE" : "MS_SLAVE";
    struct guest *guest = inside_shared(sizeof(*guest), err);
    struct report *r = &run->report;
    char usb[PATH_MAX], text[64];
    struct inside in;

    snprintf(usb, sizeof(usb), "%s/usb", host);
    step(r, "mount_namespaces(7)",
        "a container with %s does the same; then the host mounts on /usb", name);
    if (!guest)
        return -1;
    guest->type = type;
    int before = look_mounts(0, host, err);
    if (before < 0 || inside_start(&in, INSIDE_CONTAINER, ACTS, guest, err) < 0 ||
        inside_next(&in, err) < 0 || inside_next(&in, err) < 0)
        return -1;
    int out = look_mounts(0, host, err) - before;
    if (mount("tmpfs", "host/usb", "tmpfs", 0, NULL) < 0)
        return err_sys(err, "cannot mount on the stand-in host");
    int came_in = look_mounts(in.child.pid, usb, err);
    inside_end(&in);
    if (came_in < 0 || umount2("host/usb", 0) < 0)
        return came_in < 0 ? -1 : err_sys(err, "cannot umount");
    note(r, "the host sees %d of the container's mounts, the container %d of the host's", out,
        came_in);
    snprintf(text, sizeof(text), "%s: mounts that get out", name);
    claim_u64(r, text, (uint64_t)out, EQ, 0, "/proc/self/mountinfo");
    snprintf(text, sizeof(text), "%s: mounts that come in", name);
    claim_u64(r, text, (uint64_t)came_in, EQ, type == MS_SLAVE, "/proc/PID/mountinfo");
    return 0;
}

static int propagation_run(struct run *run, struct err *err)
{
    char host[PATH_MAX];

    if (stage_open(run, err) < 0)
        return -1;
    step(&run->report, "mount(2)", "a stand-in for the host: a tmpfs, with its /proc, MS_SHARED");
    explain(&run->report, "it is in a private namespace of this run, so the leak goes no further");
    if (make_host(err) < 0)
        return -1;
    if (!realpath("host", host))
        return err_sys(err, "cannot find the stand-in host");
    if (forget(run, host, err) < 0 || with_type(run, host, MS_PRIVATE, err) < 0)
        return -1;
    return with_type(run, host, MS_SLAVE, err);
}

const struct experiment propagation_experiment = {
    .name = "propagation",
    .summary = "the host's /proc breaks when / is not made private, shown on a stand-in",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 6,
    .run = propagation_run,
};
