// SPDX-License-Identifier: MIT
/*
 * threaded: the threads of one process in different groups.
 *
 * A v2 group normally holds whole processes. Memory, for one, cannot be charged by thread, since
 * threads share it. CPU can, so v2 has groups of a second type, chosen by writing "threaded" into
 * cgroup.type, which cannot be taken back:
 *
 *     app              domain threaded     the process: memory, io, pids are charged here
 *      |-- first       threaded            some of its threads, by cgroup.threads
 *      |-- second      threaded            others; cpu.weight divides the CPU between the two
 *      `-- (new)       domain invalid      no use until it is threaded too
 *
 * The parent becomes a threaded domain by its child's type. Within it threads move freely, and
 * never out of it: a single thread written to another domain is refused (EOPNOTSUPP), the control.
 *
 * Types are the core's and work where v1 owns every controller; the weights need the cpu
 * controller.
 */
#include "experiments.h"

#include "cleanup.h"
#include "fsio.h"
#include "group.h"
#include "host.h"
#include "live.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

enum { POINTS = 8, LIGHT = 100, HEAVY = 300 };

struct app {
    struct group group, first, second;
    pid_t pid;
    pid_t thread[2];
};

static int spin(void *arg)
{
    for (volatile unsigned long turns = 0;; turns++)
        ;
    return arg != NULL;
}

/*
 * In the child: two more threads that spin on one CPU, and tell the parent their ids. A thread is a
 * clone(2) that shares memory, files, signals and the thread group with its maker (clone(2), lab
 * 01); with nothing but spinning to do it needs none of the C library's preparations.
 */
static _Noreturn void be_threads(int report_fd)
{
    static char stacks[2][16384] __attribute__((aligned(16)));
    const int flags =
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM | CLONE_THREAD;
    pid_t thread[2];
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(sched_getcpu(), &set);
    sched_setaffinity(0, sizeof(set), &set);
    for (int i = 0; i < 2; i++) {
        thread[i] = clone(spin, stacks[i] + sizeof(stacks[i]), flags, NULL);
        if (thread[i] < 0)
            _exit(1);
    }
    if (write(report_fd, thread, sizeof(thread)) != sizeof(thread))
        _exit(1);
    for (;;)
        pause();
}

static int start_app(struct app *app, struct err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    app->pid = group_fork(&app->group, err);
    if (app->pid == 0)
        be_threads(ends[1]);
    close(ends[1]);
    ssize_t got = app->pid < 0 ? 0 : read(ends[0], app->thread, sizeof(app->thread));
    close(ends[0]);
    if (app->pid < 0)
        return -1;
    return got == sizeof(app->thread)
               ? 0
               : err_set(err, ERR_SYS, "the process with two threads could not be started");
}

/* The last part of the v2 group that a thread is in: line "0::/a/b" of its cgroup file. */
static int thread_group(const struct app *app, int index, char ret[64], struct err *err)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/task/%d/cgroup", app->pid, app->thread[index]);
    cleanup_free char *text = fsio_read(NULL, path, err);
    char *line = text ? strstr(text, "0::/") : NULL;
    if (!text)
        return -1;
    if (!line)
        return err_set(err, ERR_SYS, "%s has no line of cgroup v2", path);
    line[strcspn(line, "\n")] = '\0';
    snprintf(ret, 64, "%s", strrchr(line, '/') + 1);
    return 0;
}

static int read_type(struct run *run, const struct group *g, char ret[32], struct err *err)
{
    cleanup_free char *type = fsio_read(g->path, "cgroup.type", err);

    if (!type)
        return -1;
    snprintf(ret, 32, "%s", type);
    note(&run->report, "%s/cgroup.type: %s", g->name, type);
    return 0;
}

/* The types, as they change; and what an invalid group answers. */
static int make_threaded(struct run *run, struct app *app, struct err *err)
{
    struct report *r = &run->report;
    char own[32], above[32], beside[32];

    step(r, "cgroup-v2.rst, \"Threads\"", "a threaded group below it");
    if (group_make_below(run, &app->group, "first", "", &app->first, err) < 0 ||
        group_set(run, &app->first, err, "cgroup.type", "threaded") < 0 ||
        read_type(run, &app->first, own, err) < 0 || read_type(run, &app->group, above, err) < 0)
        return -1;

    step(r, "cgroup-v2.rst, \"Threads\"", "another group beside it");
    if (group_make_below(run, &app->group, "second", "", &app->second, err) < 0 ||
        read_type(run, &app->second, beside, err) < 0)
        return -1;
    int invalid = group_try(run, &app->second, "cgroup.threads", "%d", app->thread[1]);
    if (group_set(run, &app->second, err, "cgroup.type", "threaded") < 0)
        return -1;

    claim_text(r, "the group is threaded", own, EQ, "threaded", "cgroup.type");
    claim_text(r, "its parent is a threaded domain", above, EQ, "domain threaded", "cgroup.type");
    claim_text(
        r, "a new group there is of no use yet", beside, EQ, "domain invalid", "cgroup.type");
    claim_errno(r, "and takes no thread", invalid, EOPNOTSUPP, "cgroup.threads");
    return 0;
}

static int move_threads(struct run *run, const struct app *app, struct err *err)
{
    struct report *r = &run->report;
    char before[64], first[64], second[64];
    struct group other;
    struct err refused = {0};

    step(r, "cgroup-v2.rst, \"Threads\"; cgroups(7)", "one thread into each");
    if (thread_group(app, 1, before, err) < 0 ||
        group_set(run, &app->first, err, "cgroup.threads", "%d", app->thread[0]) < 0 ||
        group_set(run, &app->second, err, "cgroup.threads", "%d", app->thread[1]) < 0 ||
        thread_group(app, 0, first, err) < 0 || thread_group(app, 1, second, err) < 0)
        return -1;
    note(r, "thread %d is in %s, thread %d in %s", app->thread[0], first, app->thread[1], second);
    cleanup_free char *procs = fsio_read(app->first.path, "cgroup.procs", &refused);
    note(r, "first/cgroup.procs, read: %s", group_answer(procs ? 0 : refused.code));

    step(r, NULL, "control: one thread into another domain");
    if (group_make(run, "-other", "", &other, err) < 0)
        return -1;
    int outside = group_try(run, &other, "cgroup.threads", "%d", app->thread[1]);

    claim_text(r, "one thread is in one group", first, EQ, "first", "task/TID/cgroup");
    claim_text(r, "the other in the other", second, EQ, "second", "task/TID/cgroup");
    claim_errno(r, "there are no whole processes in it", refused.code, EOPNOTSUPP, "cgroup.procs");
    claim_text(r, "control: before, it was with its process", before, EQ, app->group.name,
        "task/TID/cgroup");
    claim_errno(r, "control: another domain refuses it", outside, EOPNOTSUPP, "cgroup.threads");
    return 0;
}

/* cpu.weight between two threads of one process, on one CPU. */
static int weigh_threads(struct run *run, const struct app *app, struct err *err)
{
    struct report *r = &run->report;
    uint64_t begin[2], now[2] = {0};
    struct live live;

    step(r, "cgroup-v2.rst, \"CPU\"", "the CPU divided between the two threads");
    note(r, "%s/cgroup.subtree_control <- +cpu", app->group.name);
    if (fsio_write(err, app->group.path, "cgroup.subtree_control", "+cpu") < 0 ||
        group_set(run, &app->first, err, "cpu.weight", "%d", LIGHT) < 0 ||
        group_set(run, &app->second, err, "cpu.weight", "%d", HEAVY) < 0 ||
        live_begin(&live, r, "CPU", 1, 0.75, err) < 0)
        return -1;
    for (int i = 0; i <= POINTS; i++) {
        if (fsio_read_key(app->first.path, "cpu.stat", "usage_usec", &now[0], err) < 0 ||
            fsio_read_key(app->second.path, "cpu.stat", "usage_usec", &now[1], err) < 0)
            return -1;
        if (i == 0)
            memcpy(begin, now, sizeof(begin));
        else
            live_point(&live, "second",
                (double)(now[1] - begin[1]) / (double)(now[0] + now[1] - begin[0] - begin[1] + 1));
        if (i < POINTS)
            usleep(250000);
    }
    live_end(&live);
    double ratio = (double)(now[1] - begin[1]) / (double)(now[0] - begin[0] + 1);
    note(r, "cpu.stat: first %lu us, second %lu us: 1 to %.2f", now[0] - begin[0],
        now[1] - begin[1], ratio);
    claim_range(r, "second gets three times the CPU", ratio, 2, 4, "cpu.stat");
    return 0;
}

static int threaded_run(struct run *run, struct err *err)
{
    char parent[PATH_MAX];
    struct app app;
    bool cpu = host_v2_parent(parent) && host_file_has_word(parent, "cgroup.controllers", "cpu");

    run->report.steps = cpu ? 6 : 5;
    step(&run->report, "cgroup-v2.rst; clone(2), lab 01", "a process with two busy threads");
    if (group_make(run, "-app", cpu ? "cpu" : "", &app.group, err) < 0 || start_app(&app, err) < 0)
        return -1;
    note(&run->report, "process %d has threads %d and %d", app.pid, app.thread[0], app.thread[1]);
    if (make_threaded(run, &app, err) < 0 || move_threads(run, &app, err) < 0)
        return -1;
    if (!cpu)
        note(&run->report, "no cpu controller in v2 here, so the threads are not weighed");
    if (cpu && weigh_threads(run, &app, err) < 0)
        return -1;
    proc_end(app.pid);
    return 0;
}

const struct experiment threaded_experiment = {
    .name = "threaded",
    .summary = "the threads of one process in different groups",
    .needs = "v2",
    .steps = 6,
    .run = threaded_run,
};
