// SPDX-License-Identifier: MIT
/*
 * proc: ps shows only what is inside, and why /proc is mounted before the old root goes.
 *
 * ps reads /proc. A new PID namespace changes what numbers processes have; what /proc shows is
 * settled when that proc is mounted: the processes of the namespace of whoever mounts it. So a
 * container with a PID namespace of its own and the host's /proc still sees the whole host.
 *
 * For a user namespace the order matters as well. The kernel gives it a new proc only where a whole
 * one is in sight already, since a host may have covered parts of its own on purpose. With the old
 * root gone there is none to be seen, and the mount fails with EPERM.
 */
#include "experiments.h"

#include "exec.h"
#include "host.h"
#include "inside.h"
#include "look.h"
#include "root.h"
#include "stage.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

/* How a container comes by its /proc; shared with it. */
struct plan {
    enum { HOSTS_PROC, OWN_PROC } proc;
    bool after;    /* mount it once the old root is gone */
    int proc_code; /* errno of that */
};

static int act_enter(void *arg, struct err *err)
{
    struct plan *plan = arg;

    if (root_private(err) < 0 || root_bind("root", err) < 0)
        return -1;
    if (plan->proc == HOSTS_PROC && mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0)
        return err_sys(err, "cannot bind the host's /proc");
    if (plan->proc == OWN_PROC && !plan->after && root_mount_proc(".", err) < 0)
        return -1;
    if (root_pivot(err) < 0 || root_detach(err) < 0)
        return -1;
    if (plan->after && root_mount_proc("", err) < 0)
        plan->proc_code = err->code;
    return 0;
}

static int act_ps(void *arg, struct err *err)
{
    char *const argv[] = {"ps", NULL}, *const env[] = {NULL};

    (void)arg;
    return exec_program(argv, env, EXEC_PATH, err);
}

static inside_act *const ACTS[] = {act_enter, act_ps, NULL};

/* A container that got this far, held for a look from outside. */
static int enter(
    struct inside *in, const struct plan *how, int more, struct plan **ret_plan, struct err *err)
{
    struct plan *plan = inside_shared(sizeof(*plan), err);

    if (!plan)
        return -1;
    *plan = *how;
    *ret_plan = plan;
    return inside_start(in, INSIDE_CONTAINER | more, ACTS, plan, err) < 0 ? -1
                                                                          : inside_next(in, err);
}

static int show_both(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct plan *plan;
    struct inside in;

    step(
        r, "pid_namespaces(7), /proc", "a PID namespace of its own, and the host's /proc bound in");
    if (enter(&in, &(struct plan){.proc = HOSTS_PROC}, 0, &plan, err) < 0)
        return -1;
    int hosts = look_processes(in.child.pid, err), self = look_pid_inside(in.child.pid, err);
    inside_end(&in);
    if (hosts < 0 || self < 0)
        return -1;
    note(r, "it is process %d, and still its /proc shows every process of the host", self);

    step(r, "proc(5)", "the same, and a proc of its own on /proc: ps in there prints");
    if (enter(&in, &(struct plan){.proc = OWN_PROC}, 0, &plan, err) < 0)
        return -1;
    int own = look_processes(in.child.pid, err);
    if (own < 0 || inside_exec(&in, err) < 0)
        return -1;
    int status = inside_wait(&in, err);
    if (status < 0)
        return -1;
    claim_u64(r, "its own /proc shows only itself", (uint64_t)own, EQ, 1, "/proc/PID/root/proc");
    claim_u64(r, "ps in there ends with status", (uint64_t)status, EQ, 0, "waitid(2)");
    claim_u64(
        r, "control: the host's shows the host", (uint64_t)hosts, GT, 1, "/proc/PID/root/proc");
    return 0;
}

static int show_order(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct plan *plan;
    struct inside in;

    step(r, "user_namespaces(7); lab 01",
        "a user namespace: proc mounted after the old root is gone");
    explain(r, "the host could have covered parts of its /proc; a new one would show them");
    if (enter(&in, &(struct plan){.proc = OWN_PROC, .after = true}, CLONE_NEWUSER, &plan, err) < 0)
        return -1;
    inside_end(&in);
    int after = plan->proc_code;
    note(r, "%s", after ? err_name(after) : "ok");

    step(r, NULL, "a user namespace: proc mounted before");
    if (enter(&in, &(struct plan){.proc = OWN_PROC}, CLONE_NEWUSER, &plan, err) < 0)
        return -1;
    int own = look_processes(in.child.pid, err);
    inside_end(&in);
    if (own < 0)
        return -1;
    note(r, "ok: its /proc shows %d process", own);
    claim_errno(r, "user namespace: proc after the old root", after, EPERM, "mount(2)");
    claim_u64(
        r, "user namespace: proc before it goes", (uint64_t)own, EQ, 1, "/proc/PID/root/proc");
    return 0;
}

static int proc_run(struct run *run, struct err *err)
{
    if (stage_open(run, err) < 0 || stage_root("root", err) < 0 || show_both(run, err) < 0)
        return -1;
    if (host_has_userns())
        return show_order(run, err);
    step(&run->report, NULL, "a user namespace: none can be made here (%s)",
        host_userns_blocker() ? host_userns_blocker() : "the kernel refuses");
    run->report.steps = 3;
    return 0;
}

const struct experiment proc_experiment = {
    .name = "proc",
    .summary = "ps shows only what is inside, and when /proc must be mounted",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 4,
    .run = proc_run,
};
