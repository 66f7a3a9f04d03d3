// SPDX-License-Identifier: MIT
/*
 * setns: into the namespaces of a process that is there already. The third of the three calls, and
 * what `docker exec` and nsenter(1) are made of.
 *
 * It takes a descriptor of one namespace (/proc/PID/ns/uts), or, since Linux 5.8, a pidfd and the
 * flags of all that are wanted. The second form moves the caller into all of them or into none.
 * With the first form, a loop, an error half-way leaves the caller with one foot inside: and a
 * program that goes on from there runs its command partly on the host. Both are shown here, with a
 * set of namespaces of which the last cannot be entered: the user namespace that one is in already.
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"
#include "ns_table.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { WANTED = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID };

/* In shared memory. */
struct scene {
    char host_name[32];
    pid_t target;
    pid_t at_once, at_once_child, too_much, one_by_one; /* the processes that enter */
    char name_seen[65];
    int at_once_errno, too_much_errno, one_by_one_errno;
};

static int be_target(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    if (sethostname(scene->host_name, strlen(scene->host_name)) < 0)
        return err_sys(err, "cannot set the host name");
    child_turn(self);
    return 0;
}

static int enter_at_once(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    struct utsname uts;
    cleanup_close int pidfd = proc_pidfd(scene->target);

    scene->at_once_errno = setns(pidfd, WANTED) < 0 ? errno : 0;
    uname(&uts);
    strcpy(scene->name_seen, uts.nodename);
    pid_t pid = fork(); /* the PID namespace is for children */
    if (pid == 0) {
        close(self->fd);
        pause();
    }
    if (pid < 0)
        return err_sys(err, "cannot fork");
    /* fork gives the number that we have for it, since we are where we were */
    scene->at_once_child = pid;
    child_turn(self);
    proc_end(pid);
    return 0;
}

/*
 * One flag too many, and one that can never be had: a process may not enter its own user namespace
 * again, or it could get back the capabilities that it gave up (setns(2), EINVAL).
 */
static int enter_too_much(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    cleanup_close int pidfd = proc_pidfd(scene->target);

    (void)err;
    scene->too_much_errno = setns(pidfd, WANTED | CLONE_NEWUSER) < 0 ? errno : 0;
    child_turn(self);
    return 0;
}

/*
 * What programs did before there were pidfds, and still do. The loop stops at the error, as it
 * should; but the namespaces entered before it are not left again.
 */
static int enter_one_by_one(struct child *self, void *arg, struct err *err)
{
    static const char *const names[] = {"uts", "ipc", "user", "net", "mnt", "pid"};
    struct scene *scene = arg;
    char path[64];

    (void)err;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !scene->one_by_one_errno; i++) {
        snprintf(path, sizeof(path), "/proc/%d/ns/%s", scene->target, names[i]);
        cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
        scene->one_by_one_errno = setns(fd, 0) < 0 ? errno : 0;
    }
    child_turn(self);
    return 0;
}

/*
 * All are children of this process, so that for an ordinary user all are in one user namespace, in
 * which it has the right to make and enter the others.
 */
static int direct(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    struct child target, enterers[3];
    child_main *const mains[] = {enter_at_once, enter_too_much, enter_one_by_one};
    pid_t *const pids[] = {&scene->at_once, &scene->too_much, &scene->one_by_one};

    if (child_start(&target, WANTED, be_target, scene, err) < 0)
        return -1;
    scene->target = target.pid;
    child_turn(self);
    for (int i = 0; i < 3; i++) {
        if (child_start(&enterers[i], 0, mains[i], scene, err) < 0)
            return -1;
        *pids[i] = enterers[i].pid;
        child_turn(self);
    }
    return 0;
}

/* How many of its namespaces are the target's and not ours. */
static int count_entered(pid_t pid, pid_t target, uint64_t *ret, struct err *err)
{
    uint64_t ours[NS_KINDS], its[NS_KINDS], targets[NS_KINDS];

    if (ns_inodes(0, ours, err) < 0 || ns_inodes(pid, its, err) < 0 ||
        ns_inodes(target, targets, err) < 0)
        return -1;
    *ret = 0;
    for (int i = 0; i < NS_KINDS; i++)
        *ret += WANTED & ns_table[i].flag && its[i] == targets[i] && its[i] != ours[i];
    return 0;
}

static const char *outcome(int code)
{
    return code ? strerror(code) : "done";
}

static int setns_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct scene *scene = child_memory(sizeof(*scene));
    struct child director;
    uint64_t at_once, childs, too_much, one_by_one;

    if (!scene)
        return err_sys(err, "no memory to share");
    strcpy(scene->host_name, run->undo.id);
    step(r, "clone(2)", "a target: a process in five new namespaces, its host name %s",
        scene->host_name);
    if (child_start(&director, child_user_flag(), direct, scene, err) < 0)
        return -1;

    step(r, "setns(2), pidfd_open(2)", "another process: setns(pidfd of %d, the five flags)",
        scene->target);
    if (child_next(&director, err) < 0 ||
        count_entered(scene->at_once, scene->target, &at_once, err) < 0 ||
        count_entered(scene->at_once_child, scene->target, &childs, err) < 0)
        return -1;
    note(r, "%s: it is in %lu of them, its child in %lu; host name there: %s",
        outcome(scene->at_once_errno), at_once, childs, scene->name_seen);
    explain(r, "the caller's own PID namespace never changes: the command must be a child");

    step(r, "setns(2)", "a third: setns(pidfd, the five and CLONE_NEWUSER, where it is already)");
    if (child_next(&director, err) < 0 ||
        count_entered(scene->too_much, scene->target, &too_much, err) < 0)
        return -1;
    note(r, "%s: it is in %lu of them", outcome(scene->too_much_errno), too_much);

    step(r, "setns(2), proc_pid_ns(5)",
        "control: the same by a loop over /proc/%d/ns/uts, ipc, user, ...", scene->target);
    if (child_next(&director, err) < 0 ||
        count_entered(scene->one_by_one, scene->target, &one_by_one, err) < 0)
        return -1;
    note(r, "%s: it is in %lu of them, with one foot inside", outcome(scene->one_by_one_errno),
        one_by_one);

    claim_errno(r, "setns by pidfd", scene->at_once_errno, 0, "setns(2)");
    claim_u64(r, "four are entered at once", at_once, EQ, 4, "/proc/PID/ns");
    claim_u64(r, "and five by a child of it", childs, EQ, 5, "/proc/PID/ns");
    claim_text(
        r, "it sees the target's host name", scene->name_seen, EQ, scene->host_name, "uname(2)");
    claim_errno(r, "one that cannot be entered", scene->too_much_errno, EINVAL, "setns(2)");
    claim_u64(r, "then none is", too_much, EQ, 0, "/proc/PID/ns");
    claim_errno(
        r, "control: the loop fails at the same", scene->one_by_one_errno, EINVAL, "setns(2)");
    claim_u64(r, "control: and leaves it half-way", one_by_one, EQ, 2, "/proc/PID/ns");
    return child_end(&director, err);
}

const struct experiment setns_experiment = {
    .name = "setns",
    .summary = "the call that enters the namespaces of a running process",
    .needs = "root|userns",
    .steps = 4,
    .run = setns_run,
};
