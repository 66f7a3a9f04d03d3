// SPDX-License-Identifier: MIT
/*
 * shell: the namespace shell, the main experiment.
 *
 * One clone(2) with a flag for each kind of namespace starts a process that sees a machine of its
 * own: its own host name, IPC objects, process IDs from 1 on, mounts, and network devices. It then
 * becomes a shell, or the command behind "--". That is all that a container is, before limits
 * (labs 02, 03) and a root of its own (lab 05).
 *
 * This file is the outside: it clones, looks at /proc/PID/ns/ of the new process and at its own,
 * shows both in a table, and waits. The inside is shell_inside.c.
 */
#include "shell.h"

#include "experiments.h"
#include "host.h"
#include "ns_table.h"
#include "proc.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct shell_args {
    bool kind[NS_KINDS]; /* in the order of ns_table */
    bool only;
    uint64_t clock_offset_seconds;
};

#define KIND(i) offsetof(struct shell_args, kind[i])

static const struct opt OPTS[] = {
    {'u', "uts", NULL, "a host name of its own", OPT_FLAG, KIND(1)},
    {'i', "ipc", NULL, "System V IPC and message queues of its own", OPT_FLAG, KIND(2)},
    {'p', "pid", NULL, "process IDs of its own; the command is PID 1", OPT_FLAG, KIND(3)},
    {'m', "mount", NULL, "mounts of its own; with --pid its own /proc too", OPT_FLAG, KIND(0)},
    {'n', "net", NULL, "network devices of its own", OPT_FLAG, KIND(4)},
    {'U', "user", NULL, "be root in there as an ordinary user", OPT_FLAG, KIND(5)},
    {'C', "cgroup", NULL, "its cgroup is the root of the tree", OPT_FLAG, KIND(6)},
    {'T', "time", NULL, "boot and monotonic clocks of its own", OPT_FLAG, KIND(7)},
    {'o', "only", NULL, "only those named (else, with none of the first five, all five)", OPT_FLAG,
        offsetof(struct shell_args, only)},
    {0, "clock-offset", "SECONDS", "with --time: how far its clocks are ahead (a day)", OPT_UINT,
        offsetof(struct shell_args, clock_offset_seconds), .least = 1, .most = 1000000000},
    {0},
};

enum {
    THE_FIVE = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET,
    A_DAY = 86400,
};

/* With none of the five named it is all five; --only takes the words at their face. */
static int chosen_flags(const struct run *run)
{
    const struct shell_args *args = run->args;
    int flags = 0;

    for (int i = 0; i < NS_KINDS; i++)
        flags |= args->kind[i] ? ns_table[i].flag : 0;
    if (!args->only && !(flags & THE_FIVE))
        flags |= THE_FIVE;
    /* ./run all has nobody to type --user */
    return run->all ? flags | child_user_flag() : flags;
}

static void print_table(
    struct report *r, const uint64_t outside[NS_KINDS], const uint64_t inside[NS_KINDS])
{
    note(r, "%-6s %-15s %-22s %10s %10s", "", "flag", "isolates", "outside", "inside");
    for (int i = 0; i < NS_KINDS; i++)
        note(r, "%-6s %-15s %-22s %10lu %10lu%s", ns_table[i].option, ns_table[i].flag_name,
            ns_table[i].isolates, outside[i], inside[i], inside[i] == outside[i] ? " shared" : "");
}

/* Back to us; a shell leaves the terminal to its own group, which is gone (tcsetpgrp(3)). */
static void take_terminal_back(void)
{
    sigset_t ttou, old;

    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &old);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* The steps say what is about to be done, so they are printed before the clone. */
static void announce(struct report *r, const struct shell *shell)
{
    char names[NS_FLAGS_TEXT], inside[200] = "";
    int by_clone = shell->flags & ~CLONE_NEWTIME;

    if (shell->flags & CLONE_NEWTIME) {
        by_clone &= ~CLONE_NEWUSER;
        step(r, "unshare(2), time_namespaces(7)",
            "%sunshare(CLONE_NEWTIME); timens_offsets <- %lu seconds",
            shell->flags & CLONE_NEWUSER ? "clone(CLONE_NEWUSER); in it " : "",
            shell->clock_offset_seconds);
    }
    step(r, "clone(2), namespaces(7)", "clone(%s)", ns_flags_text(by_clone, names));
    explain(r, "each flag gives the child a new namespace; without the flag it shares ours");
    if (shell->flags & CLONE_NEWUSER)
        snprintf(inside, sizeof(inside), "; uid_map <- 0 %u 1", geteuid());
    if (shell->flags & CLONE_NEWUTS)
        snprintf(inside + strlen(inside), 80, "; sethostname(\"%s\")", shell->host_name);
    if (shell->flags & CLONE_NEWNS)
        snprintf(inside + strlen(inside), 80, "; / made private");
    if ((shell->flags & CLONE_NEWNS) && (shell->flags & CLONE_NEWPID))
        snprintf(inside + strlen(inside), 40, "; /proc mounted");
    step(r, "sethostname(2), mount(2), user_namespaces(7)", "in it%s",
        inside[0] ? inside + 1 : " nothing is left to do");
}

static int start(struct child *child, struct shell *shell, struct err *err)
{
    int time = shell->flags & CLONE_NEWTIME, user = shell->flags & CLONE_NEWUSER;

    /*
     * clone(2) has no room for CLONE_NEWTIME, and its clocks can only be set before anybody is in
     * there: so it is unshare(2), and the next child gets it. With a user namespace that must
     * happen inside that one, by a first child.
     */
    shell->in_stage = time && user;
    if (time && !user && shell_set_clocks(shell->clock_offset_seconds, err) < 0)
        return err->code == EPERM ? err_hint(err, "not root -> add --user, or sudo") : -1;
    int flags = shell->in_stage ? CLONE_NEWUSER : shell->flags & ~CLONE_NEWTIME;
    if (child_start(child, flags, shell_inside, shell, err) < 0)
        return -1;
    if (!shell->pid)
        return 0;
    int status = proc_wait(child->pid, err);
    child->pid = shell->pid;
    return status < 0 ? -1 : 0;
}

/*
 * A row for each kind: it is new where a flag asked for it, and (the control) ours where none did.
 * The last one says that cloning has moved nobody but the child.
 */
static int add_claims(struct report *r, int flags, const uint64_t outside[NS_KINDS],
    const uint64_t inside[NS_KINDS], struct err *err)
{
    uint64_t after[NS_KINDS];
    uint64_t moved = 0;
    char text[64];

    if (ns_inodes(0, after, err) < 0)
        return -1;
    for (int i = 0; i < NS_KINDS; i++) {
        bool new = (flags & ns_table[i].flag) != 0;
        moved += after[i] != outside[i];
        snprintf(text, sizeof(text), "%s%s %s", new ? "" : "control: ", ns_table[i].option,
            new ? "is a new one" : "is shared");
        claim_u64(r, text, inside[i], new ? NE : EQ, outside[i], "/proc/PID/ns");
    }
    claim_u64(r, "control: namespaces that we left ourselves", moved, EQ, 0, "/proc/self/ns");
    return 0;
}

static int shell_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    const struct shell_args *args = run->args;
    uint64_t outside[NS_KINDS], inside[NS_KINDS];
    struct child child;
    struct shell *shell = child_memory(sizeof(*shell));

    if (!shell)
        return err_sys(err, "no memory to share");
    shell->flags = chosen_flags(run);
    shell->clock_offset_seconds = args->clock_offset_seconds ? args->clock_offset_seconds : A_DAY;
    shell->host_name = run->undo.id;
    shell->argv = run->argc ? run->argv : NULL;
    shell->terminal = !shell->argv && tcgetpgrp(STDIN_FILENO) == getpgrp();
    r->steps = shell->flags & CLONE_NEWTIME ? 4 : 3;

    announce(r, shell);
    if (ns_inodes(0, outside, err) < 0 || start(&child, shell, err) < 0 ||
        ns_inodes(child.pid, inside, err) < 0)
        return -1;
    note(r, "process %d, as we see it%s", child.pid,
        shell->flags & CLONE_NEWPID ? "; 1, as it sees itself" : "");
    if (shell->no_proc.kind != ERR_NONE)
        note(r, "%s (%s): ps shows the processes outside", shell->no_proc.what,
            strerror(shell->no_proc.code));
    print_table(r, outside, inside);

    step(r, "execve(2)", "it becomes %s%s", shell->argv ? shell->argv[0] : "your shell",
        shell->terminal ? "; type exit to leave" : "");
    if (child_next(&child, err) < 0)
        return -1;
    run->status = proc_wait(child.pid, err);
    if (shell->terminal)
        take_terminal_back();
    if (run->status < 0)
        return -1;
    return add_claims(r, shell->flags, outside, inside, err);
}

const struct experiment shell_experiment = {
    .name = "shell",
    .summary = "a shell, or a command, in namespaces of its own",
    .needs = "root|userns",
    .steps = 3,
    .opts = OPTS,
    .args_size = sizeof(struct shell_args),
    .operands = "[-- CMD [ARG...]]",
    .run = shell_run,
};
