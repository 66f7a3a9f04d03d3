// SPDX-License-Identifier: MIT
/*
 * enter: ./run enter PID -- CMD [ARG...] runs a command in all the namespaces of a process.
 *
 * It is a small nsenter(1), or `docker exec`. A child opens a pidfd, compares its namespaces with
 * those of the process, and enters all that differ by one setns(2) call. It fails closed: unless
 * every namespace is entered, no command runs. It then forks, since a PID namespace takes effect in
 * children only, and the grandchild becomes the command. We stay outside, compare what the child is
 * in now with the process, and hand on the exit status.
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"
#include "ns_table.h"
#include "proc.h"
#include "size.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* In shared memory. */
struct visit {
    pid_t target;
    int flags; /* the namespaces to enter */
    char *const *argv;
    int status; /* the command's */
};

/* An unmapped root would be nobody in there: be the namespace's own root, as nsenter(1) does. */
static int become_root(struct err *err)
{
    if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) {
        err_sys(err, "cannot become root in the user namespace");
        return err_hint(err, "its uid_map or gid_map has no 0 -> look at /proc/PID/uid_map");
    }
    return 0;
}

/* The grandchild; *err is in shared memory, so its error is seen outside. */
static int run_command(const struct visit *visit, struct err *err)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(visit->argv[0], visit->argv);
    proc_exec_error(visit->argv[0], err);
    if (err->code == ENOENT && access(visit->argv[0], F_OK) < 0)
        err_hint(err, "it is looked up in the mounts of that process -> give its path in there");
    return -1;
}

/*
 * The child, which moves. An error here is shared memory's, and so the parent's: it never gets to
 * the fork below.
 */
static int enter(struct child *self, void *arg, struct err *err)
{
    struct visit *visit = arg;
    cleanup_close int pidfd = proc_pidfd(visit->target);

    if (pidfd < 0)
        return err_sys(err, "cannot open a pidfd of process %d", visit->target);
    if (visit->flags && setns(pidfd, visit->flags) < 0) {
        err_sys(
            err, "cannot enter the namespaces of process %d; no command was run", visit->target);
        return errno == EPERM ? err_hint(err, "they are another user's -> sudo ./run enter") : -1;
    }
    if ((visit->flags & CLONE_NEWUSER) && become_root(err) < 0)
        return -1;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* entering and setresuid have taken it off */
    child_turn(self);                 /* the parent looks where we are */

    /* not proc_fork: in another PID namespace the child cannot see who its parent is */
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(err, "cannot fork in there");
    if (pid == 0) {
        run_command(visit, err);
        _exit(127);
    }
    visit->status = proc_wait(pid, err);
    return err->kind == ERR_NONE ? 0 : -1;
}

/* The flags of the namespaces in which the process is not with us, and how many they are. */
static int find_different(pid_t pid, int *ret_flags, uint64_t *ret_count, struct err *err)
{
    uint64_t ours[NS_KINDS], theirs[NS_KINDS];

    *ret_flags = 0;
    *ret_count = 0;
    if (ns_inodes(0, ours, err) < 0)
        return -1;
    if (ns_inodes(pid, theirs, err) < 0)
        return err_hint(err,
            err->code == ENOENT ? "there is no process %d -> look for it with ps"
                                : "process %d is another user's -> sudo ./run enter",
            pid);
    for (int i = 0; i < NS_KINDS; i++) {
        if (ours[i] == theirs[i])
            continue;
        *ret_flags |= ns_table[i].flag;
        ++*ret_count;
    }
    return 0;
}

/* How many namespaces of the two are the same; the visitor's PID namespace is its children's. */
static int count_same(pid_t visitor, pid_t target, uint64_t *ret, struct err *err)
{
    uint64_t its[NS_KINDS], targets[NS_KINDS];

    if (ns_inodes(visitor, its, err) < 0 || ns_inodes(target, targets, err) < 0)
        return -1;
    *ret = 0;
    for (int i = 0; i < NS_KINDS; i++)
        *ret += its[i] == targets[i];
    return 0;
}

/* "PID -- CMD" and "PID CMD" mean the same: options end at the first word that is none. */
static int parse_operands(struct run *run, struct visit *visit, struct err *err)
{
    uint64_t pid;
    int command = run->argc > 1 && strcmp(run->argv[1], "--") == 0 ? 2 : 1;

    if (size_parse_u64("PID", run->argv[0], 1, 1 << 22, &pid, err) < 0)
        return -1;
    if (command >= run->argc) {
        err_set(err, ERR_USAGE, "'enter' needs a command behind the PID");
        return err_hint(err, "type ./run enter %lu -- sh", pid);
    }
    visit->target = (pid_t)pid;
    visit->argv = run->argv + command;
    return 0;
}

static int enter_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct visit *visit = child_memory(sizeof(*visit));
    struct child visitor;
    char names[NS_FLAGS_TEXT];
    uint64_t different, same, still_ours;

    if (!visit)
        return err_sys(err, "no memory to share");
    if (parse_operands(run, visit, err) < 0 ||
        find_different(visit->target, &visit->flags, &different, err) < 0)
        return -1;
    step(r, "pidfd_open(2), proc_pid_ns(5)", "process %d is in %lu namespaces that are not ours",
        visit->target, different);
    step(r, "setns(2)", visit->flags ? "in a child: setns(pidfd, %s)" : "setns: nothing to enter",
        ns_flags_text(visit->flags, names));
    explain(r, "all of them or none: on any error no command runs");
    if (child_start(&visitor, 0, enter, visit, err) < 0 ||
        count_same(visitor.pid, visit->target, &same, err) < 0 ||
        count_same(getpid(), visit->target, &still_ours, err) < 0)
        return -1;
    /* its own PID namespace stays ours */
    uint64_t expected = NS_KINDS - (visit->flags & CLONE_NEWPID ? 1 : 0);
    claim_u64(r, "namespaces shared with the process", same, EQ, expected, "/proc/PID/ns");
    if (same != expected)
        return err_set(
            err, ERR_SYS, "not in all namespaces of process %d; no command was run", visit->target);

    step(r, "fork(2), execve(2)", "its child becomes %s", visit->argv[0]);
    if (child_next(&visitor, err) < 0 || child_end(&visitor, err) < 0)
        return -1;
    run->status = visit->status;
    claim_u64(r, "control: shared by us, who stay outside", still_ours, EQ, NS_KINDS - different,
        "/proc/PID/ns");
    return 0;
}

const struct experiment enter_experiment = {
    .name = "enter",
    .summary = "a command in all the namespaces of a running process",
    .needs = "",
    .steps = 3,
    .operands = "PID -- CMD [ARG...]",
    .not_in_all = true,
    .run = enter_run,
};
