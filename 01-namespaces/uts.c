// SPDX-License-Identifier: MIT
/*
 * uts: a host name of its own.
 *
 * A child is cloned into a new UTS namespace and sets a host name there. The parent then looks from
 * outside: at /proc/PID/ns/uts of the child and at its own host name, which must not have moved.
 * The control is a child cloned without the flag, which turns out to be in the parent's namespace.
 */
#include "experiments.h"

#include "cleanup.h"
#include "host.h"
#include "ns_table.h"
#include "proc.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>

/* The child and its parent share these; both pipes are closed on exec. */
struct child {
    const char *new_name; /* the host name to set, or NULL to leave it */
    int answer[2];        /* child -> parent: the host name that the child sees */
    int stay[2];          /* the child lives until the parent closes its end */
};

static int child_main(void *arg)
{
    struct child *child = arg;
    struct utsname uts;
    char byte;

    close(child->stay[1]);
    if (child->new_name && sethostname(child->new_name, strlen(child->new_name)) < 0)
        return 1;
    uname(&uts);
    if (write(child->answer[1], uts.nodename, sizeof(uts.nodename)) < 0)
        return 1;
    return (int)read(child->stay[0], &byte, 1); /* 0: the parent closed its end */
}

/*
 * Clones a child with these flags, reads what host name it sees and which namespace it is in, and
 * lets it go.
 */
static int look_inside(
    int flags, const char *new_name, char ret_name[65], uint64_t *ret_inode, struct err *err)
{
    static char stack[64 * 1024] __attribute__((aligned(16)));
    struct child child = {.new_name = new_name};

    if (pipe2(child.answer, O_CLOEXEC) < 0 || pipe2(child.stay, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    /* the stack grows down, so clone is given its end; SIGCHLD makes the child one to wait for */
    pid_t pid = clone(child_main, stack + sizeof(stack), flags | SIGCHLD, &child);
    if (pid < 0)
        return err_sys(err, "cannot clone a child into a new UTS namespace");
    close(child.answer[1]);
    close(child.stay[0]);
    ssize_t got = read(child.answer[0], ret_name, 65);
    int result = ns_inode(pid, "uts", ret_inode, err);
    close(child.stay[1]);
    close(child.answer[0]);
    if (proc_wait(pid, err) < 0 || result < 0)
        return -1;
    return got > 0 ? 0 : err_set(err, ERR_SYS, "the child could not set its host name");
}

static int uts_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct utsname before, after;
    char inside[65], shared[65];
    uint64_t ours, childs, controls;
    /* an ordinary user gets the right to make namespaces from a user namespace */
    int user = host_is_root() ? 0 : CLONE_NEWUSER;

    uname(&before);
    if (ns_inode(0, "uts", &ours, err) < 0)
        return -1;
    step(
        r, "uname(2), namespaces(7)", "host name outside: %s, in uts:[%lu]", before.nodename, ours);

    step(r, "clone(2), sethostname(2)", "clone(CLONE_NEWUTS%s), and in it sethostname(\"%s\")",
        user ? "|CLONE_NEWUSER" : "", run->undo.id);
    explain(r, "the host name is kept in the namespace; a new one starts as a copy");
    if (look_inside(CLONE_NEWUTS | user, run->undo.id, inside, &childs, err) < 0)
        return -1;
    note(r, "inside: %s, in uts:[%lu]", inside, childs);

    step(r, "clone(2)", "control: clone() without the flag");
    if (look_inside(0, NULL, shared, &controls, err) < 0)
        return -1;
    note(r, "inside: %s, in uts:[%lu]", shared, controls);
    uname(&after);

    claim_text(r, "the child has the new name", inside, EQ, run->undo.id, "uname(2) in the child");
    claim_u64(r, "its namespace is another one", childs, NE, ours, "/proc/PID/ns/uts");
    claim_text(r, "the host's name did not move", after.nodename, EQ, before.nodename, "uname(2)");
    claim_u64(r, "control: without the flag it is shared", controls, EQ, ours, "/proc/PID/ns/uts");
    return 0;
}

const struct experiment uts_experiment = {
    .name = "uts",
    .summary = "a host name of its own",
    .needs = "root|userns ns:uts",
    .steps = 3,
    .run = uts_run,
};
