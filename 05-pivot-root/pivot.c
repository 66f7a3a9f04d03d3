// SPDX-License-Identifier: MIT
/*
 * pivot: a shell in another root.
 *
 * What the init of every container does between clone and exec: its mounts made private, the new
 * root bound onto itself, /proc and /dev mounted below it, a host name, pivot_root, the old root
 * detached, and then the command, looked up by the PATH inside. The child does one of these at a
 * time, and the parent looks at it from outside in between.
 *
 *     ./run                          a shell in a busybox root of its own
 *     ./run --rootfs DIR CMD ARG…    a command in yours
 *
 * The command becomes process 1 of its PID namespace, and its exit status becomes ours. The control
 * is the same child before it pivots: its / is still the host's.
 */
#include "experiments.h"

#include "devices.h"
#include "exec.h"
#include "inside.h"
#include "look.h"
#include "ns_table.h"
#include "root.h"
#include "rootfs.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pivot_args {
    const char *rootfs, *hostname;
};

/* What the child is to do. It is a copy of the parent's memory, so pointers hold. */
struct plan {
    const char *root, *hostname;
    bool has_proc, has_dev;
    char *const *command;
};

static int act_private(void *arg, struct err *err)
{
    (void)arg;
    return root_private(err);
}

static int act_bind(void *arg, struct err *err)
{
    struct plan *plan = arg;

    return root_bind(plan->root, err);
}

/* The working directory is the new root by now. */
static int act_mounts(void *arg, struct err *err)
{
    struct plan *plan = arg;

    /* now, while the host's /proc is in sight: in a user namespace the kernel allows a new one only
     * to who can see a whole one already (./run proc) */
    if (plan->has_proc && root_mount_proc(".", err) < 0)
        return -1;
    return plan->has_dev ? devices_make(".", NULL, err) : 0;
}

/* In a UTS namespace of its own: without CLONE_NEWUTS it would be the host that is renamed. */
static int act_hostname(void *arg, struct err *err)
{
    struct plan *plan = arg;

    if (sethostname(plan->hostname, strlen(plan->hostname)) < 0)
        return err_sys(err, "cannot set the host name %s", plan->hostname);
    return 0;
}

static int act_pivot(void *arg, struct err *err)
{
    (void)arg;
    return root_pivot(err);
}

static int act_detach(void *arg, struct err *err)
{
    (void)arg;
    return root_detach(err);
}

/* The host's environment stays outside: its PATH and libraries mean nothing in here. */
static int act_exec(void *arg, struct err *err)
{
    struct plan *plan = arg;
    char term[80], name[80];
    const char *terminal = getenv("TERM");
    char *const env[] = {"PATH=" EXEC_PATH, "HOME=/root", "PS1=\\h:\\w\\$ ", name, term, NULL};

    snprintf(name, sizeof(name), "HOSTNAME=%s", plan->hostname);
    snprintf(term, sizeof(term), "TERM=%s", terminal ? terminal : "dumb");
    return exec_program(plan->command, env, EXEC_PATH, err);
}

static inside_act *const ACTS[] = {
    act_private, act_bind, act_mounts, act_hostname, act_pivot, act_detach, act_exec, NULL};

/* A mount point must be a directory of the root's own: a symlink could lead out of it. */
static bool has_dir(const char *root, const char *name)
{
    char path[PATH_MAX];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", root, name);
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The root that was asked for, as a path that holds wherever we stand, or a fresh busybox one. */
static int choose_root(
    struct run *run, const struct pivot_args *args, char ret_root[PATH_MAX], struct err *err)
{
    if (args->rootfs) {
        if (rootfs_check(args->rootfs, err) < 0)
            return -1;
        if (!realpath(args->rootfs, ret_root))
            return err_sys(err, "cannot find %s", args->rootfs);
        return stage_open(run, err);
    }
    strcpy(ret_root, "root");
    return stage_open(run, err) < 0 ? -1 : stage_builtin("root", err);
}

/* What is seen from outside, while the child waits with everything done but the exec. */
static int claim_inside(struct run *run, const struct inside *in, const struct plan *plan,
    const char *root_id, const char *before_id, struct err *err)
{
    struct report *r = &run->report;
    pid_t pid = in->child.pid;
    char after_id[LOOK_ID], host_id[LOOK_ID];
    uint64_t ours, theirs;

    if (look_root(pid, after_id, err) < 0 || look_root(0, host_id, err) < 0 ||
        ns_inode(0, "uts", &ours, err) < 0 || ns_inode(pid, "uts", &theirs, err) < 0)
        return -1;
    int mounts = look_host_mounts(pid, err), self = look_pid_inside(pid, err);
    if (mounts < 0 || self < 0)
        return -1;
    claim_text(r, "its / is the new root", after_id, EQ, root_id, "/proc/PID/root");
    claim_u64(
        r, "mounts of the host's / in its sight", (uint64_t)mounts, EQ, 0, "/proc/PID/mountinfo");
    claim_u64(r, "it is process 1 in there", (uint64_t)self, EQ, 1, "/proc/PID/status NSpid");
    if (plan->has_proc) {
        int processes = look_processes(pid, err);
        if (processes < 0)
            return -1;
        claim_u64(
            r, "processes that its /proc shows", (uint64_t)processes, EQ, 1, "/proc/PID/root/proc");
    }
    claim_u64(r, "its host name is in another namespace", theirs, NE, ours, "/proc/PID/ns/uts");
    claim_text(
        r, "control: before, its / was the host's", before_id, EQ, host_id, "/proc/PID/root");
    return 0;
}

/* The steps from the clone to the detached root; each is announced, done, and then the next. */
static int go_inside(struct run *run, struct inside *in, struct plan *plan, struct err *err)
{
    struct report *r = &run->report;

    step(r, "clone(2); lab 01", "clone3(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC)");
    if (inside_start(in, INSIDE_CONTAINER, ACTS, plan, err) < 0)
        return -1;
    note(r, "process %d; its / is still the host's", in->child.pid);

    step(r, "mount_namespaces(7); lab 01", "mount(NULL, \"/\", NULL, MS_REC | MS_PRIVATE, NULL)");
    explain(r, "on most hosts / is shared: what is mounted here would be mounted there too");
    if (inside_next(in, err) < 0)
        return -1;

    step(r, "mount(2), pivot_root(2)", "mount(ROOT, ROOT, NULL, MS_BIND | MS_REC, NULL); chdir");
    explain(r, "pivot_root swaps mounts, not directories: the new root must be a mount point");
    if (inside_next(in, err) < 0)
        return -1;

    step(r, "proc(5); ./run proc, ./run dev", "mount %s%s%s below ROOT",
        plan->has_proc ? "/proc" : "", plan->has_proc && plan->has_dev ? " and " : "",
        plan->has_dev    ? "/dev"
        : plan->has_proc ? ""
                         : "nothing");
    if (inside_next(in, err) < 0)
        return -1;
    if (!plan->has_proc || !plan->has_dev)
        note(r, "ROOT has no directory for %s: ps, or > /dev/null, will not work -> mkdir it",
            plan->has_proc  ? "/dev"
            : plan->has_dev ? "/proc"
                            : "/proc, and none for /dev");

    step(r, "sethostname(2); lab 01", "sethostname(\"%s\")", plan->hostname);
    return inside_next(in, err);
}

static int leave_host(struct run *run, struct inside *in, struct err *err)
{
    struct report *r = &run->report;

    step(r, "pivot_root(2)", "pivot_root(\".\", \".\")");
    explain(r, "the new root takes the place of /, and the old one is laid over it");
    if (inside_next(in, err) < 0)
        return -1;
    step(r, "umount(2)", "umount2(\".\", MNT_DETACH); chdir(\"/\")");
    explain(r, "until then the whole host is still mounted in there");
    return inside_next(in, err);
}

static int run_inside(struct run *run, struct plan *plan, struct err *err)
{
    char root_id[LOOK_ID], before_id[LOOK_ID];
    struct inside in;

    if (look_dir(plan->root, root_id, err) < 0 || go_inside(run, &in, plan, err) < 0 ||
        look_root(in.child.pid, before_id, err) < 0 || leave_host(run, &in, err) < 0 ||
        claim_inside(run, &in, plan, root_id, before_id, err) < 0)
        return -1;
    step(&run->report, "execve(2)", "exec %s, looked up in the new root%s", plan->command[0],
        isatty(STDIN_FILENO) && !plan->command[1] ? "; exit leaves it" : "");
    if (inside_exec(&in, err) < 0)
        return -1;
    run->status = inside_wait(&in, err);
    if (run->status < 0)
        return -1;
    note(&run->report, "%s ended with status %d", plan->command[0], run->status);
    return 0;
}

static int pivot_run(struct run *run, struct err *err)
{
    const struct pivot_args *args = run->args;
    char *const shell[] = {"sh", NULL};
    char *const show[] = {"sh", "-c", "hostname; ls /; ps", NULL}; /* ./run all: nobody types */
    struct plan plan = {.hostname = args->hostname ? args->hostname : "lab-05"};
    char root[PATH_MAX];

    if (!*plan.hostname || strlen(plan.hostname) > HOST_NAME_MAX)
        return err_set(err, ERR_USAGE, "--hostname takes 1 to %d characters", HOST_NAME_MAX);
    if (choose_root(run, args, root, err) < 0)
        return -1;
    plan.root = root;
    plan.has_proc = has_dir(root, "proc");
    plan.has_dev = has_dir(root, "dev");
    plan.command = run->argc ? run->argv : run->all ? show : shell;
    return run_inside(run, &plan, err);
}

static const struct opt OPTS[] = {
    {'r', "rootfs", "DIR", "the new root (default: a busybox root, made for this run)", OPT_TEXT,
        offsetof(struct pivot_args, rootfs)},
    {'H', "hostname", "NAME", "the host name inside (default: lab-05)", OPT_TEXT,
        offsetof(struct pivot_args, hostname)},
    {0},
};

const struct experiment pivot_experiment = {
    .name = "pivot",
    .summary = "a shell, or a command, in another root",
    .needs = "root|userns ns:mnt ns:pid",
    .steps = 8,
    .opts = OPTS,
    .args_size = sizeof(struct pivot_args),
    .operands = "[CMD [ARG...]]",
    .run = pivot_run,
};
