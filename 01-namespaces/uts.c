// SPDX-License-Identifier: MIT
/*
 * uts: a host name of its own.
 *
 * A child is cloned into a new UTS namespace and sets a host name there. The parent then looks from
 * outside: at /proc/PID/ns/uts of the child and at its own host name, which must not have moved.
 * The control is a child cloned without the flag, which turns out to be in the parent's namespace.
 * (UTS is Unix Time-sharing System, from the name of uname(2)'s structure.)
 */
#include "child.h"
#include "experiments.h"
#include "ns_table.h"

#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* In shared memory. */
struct seen {
    const char *new_name; /* the host name to set, or NULL to leave it */
    char name[65];        /* the host name that the child then sees */
};

static int look_around(struct child *self, void *arg, struct err *err)
{
    struct seen *seen = arg;
    struct utsname uts;

    if (seen->new_name && sethostname(seen->new_name, strlen(seen->new_name)) < 0)
        return err_sys(err, "cannot set the host name");
    uname(&uts);
    strcpy(seen->name, uts.nodename);
    child_turn(self);
    return 0;
}

/* Clones a child with these flags and learns what it sees and which namespace it is in. */
static int look_inside(int flags, struct seen *seen, uint64_t *ret_inode, struct err *err)
{
    struct child child;

    if (child_start(&child, flags, look_around, seen, err) < 0 ||
        ns_inode(child.pid, "uts", ret_inode, err) < 0)
        return -1;
    return child_end(&child, err);
}

static int uts_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct utsname before, after;
    struct seen *inside = child_memory(2 * sizeof(*inside)), *shared = inside + 1;
    uint64_t ours, childs, controls;
    int user = child_user_flag();

    if (!inside)
        return err_sys(err, "no memory to share");
    uname(&before);
    if (ns_inode(0, "uts", &ours, err) < 0)
        return -1;
    step(
        r, "uname(2), namespaces(7)", "host name outside: %s, in uts:[%lu]", before.nodename, ours);

    step(r, "clone(2), sethostname(2)", "clone(CLONE_NEWUTS%s), and in it sethostname(\"%s\")",
        user ? "|CLONE_NEWUSER" : "", run->undo.id);
    explain(r, "the host name is kept in the namespace; a new one starts as a copy");
    inside->new_name = run->undo.id;
    if (look_inside(CLONE_NEWUTS | user, inside, &childs, err) < 0)
        return -1;
    note(r, "inside: %s, in uts:[%lu]", inside->name, childs);

    step(r, "clone(2)", "control: clone() without the flag");
    if (look_inside(0, shared, &controls, err) < 0)
        return -1;
    note(r, "inside: %s, in uts:[%lu]", shared->name, controls);
    uname(&after);

    claim_text(
        r, "the child has the new name", inside->name, EQ, run->undo.id, "uname(2) in the child");
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
