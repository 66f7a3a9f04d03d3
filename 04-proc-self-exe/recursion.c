// SPDX-License-Identifier: MIT
/*
 * recursion: the program that never finds out that it is inside.
 *
 * The second copy must know itself. Two small mistakes, each easily made, and it takes itself for
 * the first copy and starts a third, which starts a fourth:
 *
 *     slash   argv[0] is compared with "proc/self/exe", and the slash before it is missing
 *     else    the comparison is right, but what follows it does not end: the code for the outside
 *             comes next and runs inside too
 *
 * Nothing in the kernel stops it by itself, save one accident: with CLONE_NEWPID each copy is one
 * PID namespace deeper, and 32 is the deepest (pid_namespaces(7)). Here it forks without, and what
 * stops it is a group with pids.max; so the experiment is also the shortest reason for that limit.
 */
#include "experiments.h"

#include "cgroup.h"
#include "fsio.h"
#include "live.h"
#include "proc.h"
#include "spawn.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PIDS_LIMIT = 30 };

/* The outside's part: start the second copy, and wait for it. */
static int start_again(const char *mistake, const char *pids_dir)
{
    struct err err;
    pid_t pid = proc_fork(&err);

    if (pid == 0) {
        execl("/proc/self/exe", RECURSION_ENTRY, mistake, pids_dir, NULL);
        _exit(127);
    }
    if (pid < 0)
        pause(); /* the limit said no: stand still, to be counted */
    return pid < 0 ? 1 : proc_wait(pid, &err);
}

/* The second copy. It refuses to do it without a limit: this is the one dangerous place. */
int recursion_main(int argc, char **argv)
{
    struct err ignored;
    uint64_t limit = 0;

    if (argc != 3 || fsio_read_u64(argv[2], "pids.max", &limit, &ignored) < 0 ||
        limit > PIDS_LIMIT) {
        fprintf(stderr, "%s: only ./run recursion starts this, below a pids limit\n", argv[0]);
        return 2;
    }
    const char *mistake = argv[1];
    const char *own_name =
        strcmp(mistake, "slash") == 0 ? "proc/self/exe" : "/proc/self/exe"; /* the missing slash */

    if (strcmp(argv[0], own_name) == 0) {
        if (strcmp(mistake, "else") != 0) {
            pause(); /* a real init would set up the container here */
            return 0;
        }
        /* no return, no else: on to the outside's part */
    }
    return start_again(mistake, argv[2]);
}

struct first {
    const char *mistake, *pids_dir;
    const struct cgroup *group;
};

static int first_copy(void *arg)
{
    const struct first *first = arg;
    struct err err;

    if (first->group->fd < 0 && cgroup_join(first->group, &err) < 0)
        return 1;
    return start_again(first->mistake, first->pids_dir);
}

/* What the group's counters say of the copies. */
struct count {
    uint64_t copies, refused;
};

/* Until they have come to `least` and for a moment no more come; at most a minute. */
static int wait_for_growth(
    const char *pids_dir, const struct count *least, struct count *ret, struct err *err)
{
    double end = live_now() + 60;
    uint64_t before;

    *ret = (struct count){0};
    do {
        before = ret->copies;
        usleep(300000);
        if (fsio_read_u64(pids_dir, "pids.current", &ret->copies, err) < 0 ||
            fsio_read_key(pids_dir, "pids.events", "max", &ret->refused, err) < 0)
            return -1;
    } while (live_now() < end && (ret->copies < least->copies || ret->copies != before ||
                                     ret->refused < least->refused));
    return 0;
}

/* How many copies there came to be, and how often the limit refused one. */
static int count_copies(struct run *run, const char *mistake, const struct count *least,
    struct count *ret, struct err *err)
{
    struct cgroup_limits limits = {.pids = PIDS_LIMIT};
    struct cgroup group;
    struct spawned spawned;

    if (cgroup_plan(run->undo.id, &limits, &group, err) < 0 ||
        cgroup_journal(&group, &run->undo, err) < 0 || cgroup_make(&group, err) < 0 ||
        cgroup_set(&group, &limits, err) < 0)
        return -1;
    struct first first = {mistake, cgroup_path(&group, "pids"), &group};
    struct spawn spawn = {.cgroup_fd = group.fd, .child = first_copy, .arg = &first};
    if (spawn_start(&spawn, &spawned, err) < 0 ||
        wait_for_growth(first.pids_dir, least, ret, err) < 0)
        return -1;
    note(&run->report, "pids.current %" PRIu64 ", pids.events max %" PRIu64, ret->copies,
        ret->refused);
    proc_pidfd_signal(spawned.pidfd, SIGKILL);
    spawn_wait(&spawned, err);
    close(spawned.pidfd);
    return cgroup_remove(&group, err);
}

static int recursion_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    static const struct count all = {PIDS_LIMIT, 1}, two = {2, 0};
    struct count slash, no_else, right;

    step(r, "proc_pid_exe(5)", "broken: argv[0] compared with \"proc/self/exe\", below pids.max %d",
        PIDS_LIMIT);
    explain(r, "/proc/self/exe is never equal to it, so every copy is the outside's");
    if (count_copies(run, "slash", &all, &slash, err) < 0)
        return -1;
    step(r, NULL, "broken: the right name, but the branch for the inside does not return");
    if (count_copies(run, "else", &all, &no_else, err) < 0)
        return -1;
    step(r, NULL, "mended: the right name, and the inside ends there");
    if (count_copies(run, "none", &two, &right, err) < 0)
        return -1;

    claim_u64(
        r, "missing slash: copies up to the limit", slash.copies, EQ, PIDS_LIMIT, "pids.current");
    claim_u64(r, "... and more were refused", slash.refused, GE, 1, "pids.events");
    claim_u64(
        r, "missing else: copies up to the limit", no_else.copies, EQ, PIDS_LIMIT, "pids.current");
    claim_u64(r, "... and more were refused", no_else.refused, GE, 1, "pids.events");
    claim_u64(r, "control: mended, one and its child", right.copies, EQ, 2, "pids.current");
    claim_u64(r, "control: ... and none was refused", right.refused, EQ, 0, "pids.events");
    return 0;
}

const struct experiment recursion_experiment = {
    .name = "recursion",
    .summary = "the program that starts itself for ever, caught by a pids limit",
    .needs = "root limits",
    .steps = 3,
    .run = recursion_run,
};
