// SPDX-License-Identifier: MIT
/*
 * causes: every reason why pivot_root says no.
 *
 * The kernel has fourteen reasons and four numbers for them. Each is provoked here in a child of
 * its own, and then found out by looking, as a person would have to: is the new root a mount point,
 * on which mount does it lie, which of them is shared (rootfs_explain_pivot in
 * common/rootfs_why.c). How each is provoked is in provoke.c. The control is the same call with
 * everything in order.
 */
#include "experiments.h"

#include "inside.h"
#include "look.h"
#include "provoke.h"
#include "root.h"
#include "rootfs.h"
#include "stage.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One try, in memory that the child shares with us. */
struct
try {
    const struct cause *cause;
    bool impossible; /* this host does not let us provoke it */
    int code;        /* pivot_root's errno, 0 when it worked */
    struct err why;
};

static int act_try(void *arg, struct err *err)
{
    struct try *try = arg;
    const struct cause *cause = try->cause;

    if (root_private(err) < 0)
        return -1;
    if (cause->prepare() < 0) {
        try->impossible = true;
        return 0;
    }
    if (syscall(SYS_pivot_root, cause->new_root, cause->put_old) == 0)
        return 0;
    try->code = errno;
    rootfs_explain_pivot(cause->new_root, cause->put_old, try->code, &try->why);
    if (cause->after)
        cause->after();
    return 0;
}

/* "<cause> -> <cure>" on two lines. */
static void note_hint(struct report *r, const struct try *try)
{
    const char *arrow = strstr(try->why.hint, " -> ");

    note(r, "%s: %.*s", err_name(try->code),
        arrow ? (int)(arrow - try->why.hint) : (int)sizeof(try->why.hint), try->why.hint);
    if (arrow)
        note(r, "cure: %s", arrow + 4);
}

/* *ret_named counts the tries whose cause was found. */
static int try_cause(struct run *run, struct try *try, uint64_t *ret_named, struct err *err)
{
    static inside_act *const acts[] = {act_try, NULL};
    const struct cause *cause = try->cause;
    struct report *r = &run->report;
    struct inside in;

    step(r, "pivot_root(2), ERRORS", "%s", cause->what);
    if (inside_start(&in, CLONE_NEWNS, acts, try, err) < 0 || inside_rest(&in, err) < 0)
        return -1;
    inside_end(&in);
    if (try->impossible) {
        note(r, "cannot be provoked here: %s", cause->needs);
        return 0;
    }
    if (try->code)
        note_hint(r, try);
    else
        note(r, "ok");
    claim_errno(r, cause->claim, try->code, cause->expected, "pivot_root(2)");
    if (cause->named)
        *ret_named += strstr(try->why.hint, cause->named) != NULL;
    return cause->named != NULL;
}

static int causes_run(struct run *run, struct err *err)
{
    struct try *try = inside_shared(sizeof(*try), err);
    uint64_t named = 0, to_name = 0;

    run->report.steps = (int)cause_count;
    if (!try || stage_open(run, err) < 0 || stage_root("root", err) < 0 || provoke_stage(err) < 0)
        return -1;
    for (size_t i = 0; i < cause_count; i++) {
        *try = (struct try){.cause = &cause_table[i]};
        int result = try_cause(run, try, &named, err);
        if (result < 0)
            return -1;
        to_name += (uint64_t)result;
    }
    claim_u64(&run->report, "causes found by looking", named, EQ, to_name, "mountinfo, statx(2)");
    return 0;
}

const struct experiment causes_experiment = {
    .name = "causes",
    .summary = "every reason why pivot_root says no, provoked and named",
    .needs = "root|userns ns:mnt",
    .run = causes_run,
};
