// SPDX-License-Identifier: MIT
/*
 * clone3(2) with CLONE_PARENT makes a sibling instead of a child, so the process that joined the
 * namespaces can end, and the caller waits for the other as for any child of its own. That one has
 * told its pid through a pipe; a pid of ours stays its own until we wait for it.
 */
#include "step.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

struct step {
    int (*join)(void *arg, struct err *err);
    void *arg;
    const struct spawn *spawn;
    int out; /* it tells how it went */
};

struct step_result {
    pid_t pid; /* 0: none, and err says why */
    struct err err;
};

static int run_child(void *arg)
{
    struct step *step = arg;

    close(step->out); /* or the caller would wait for ever, should the step be killed */
    return step->spawn->child(step->spawn->arg);
}

static int join_and_spawn(struct step *step, struct spawned *ret, struct err *err)
{
    struct spawn spawn = *step->spawn;

    if (step->join(step->arg, err) < 0)
        return -1;
    spawn.sibling = true;
    spawn.child = run_child;
    spawn.arg = step;
    return spawn_start(&spawn, ret, err);
}

static int step_main(void *arg)
{
    struct step *step = arg;
    struct spawned child;
    struct step_result result = {0};

    if (join_and_spawn(step, &child, &result.err) == 0)
        result.pid = child.pid;
    ssize_t ignored = write(step->out, &result, sizeof(result)); /* below PIPE_BUF: whole */
    (void)ignored;
    return 0;
}

static int take_result(int in, struct spawned *ret, struct err *err)
{
    struct step_result result;
    ssize_t got;

    do {
        got = read(in, &result, sizeof(result));
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof(result))
        return err_set(err, ERR_SYS, "the process that joins the namespaces was killed");
    if (!result.pid) {
        *err = result.err;
        return -1;
    }
    *ret = (struct spawned){.pid = result.pid, .pidfd = proc_pidfd(result.pid)};
    return ret->pidfd < 0 ? err_sys(err, "cannot open a pidfd") : 0;
}

int step_spawn(int (*join)(void *arg, struct err *err), void *arg, const struct spawn *spawn,
    struct spawned *ret, struct err *err)
{
    int ends[2];
    struct spawned process;
    struct err ignored;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int in = ends[0];
    cleanup_close int out = ends[1];
    struct step step = {join, arg, spawn, out};
    struct spawn first = {.cgroup_fd = -1, .child = step_main, .arg = &step};
    if (spawn_start(&first, &process, err) < 0)
        return -1;
    close_fd(&out);
    int result = take_result(in, ret, err);
    spawn_wait(&process, &ignored);
    close(process.pidfd);
    return result;
}

/* Where the caller cannot come back, it must not go on with a child either. */
static int come_back(int own, struct spawned *child, bool spawned, struct err *err)
{
    if (setns(own, CLONE_NEWPID) == 0)
        return spawned ? 0 : -1;
    if (spawned)
        spawn_end(child);
    return err_sys(err, "cannot come back into our own PID namespace");
}

static int enter_pid(void *arg, struct err *err)
{
    return setns(*(int *)arg, CLONE_NEWPID) == 0 ? 0
                                                 : err_sys(err, "cannot enter the PID namespace");
}

int step_spawn_in_pid(int fd, const struct spawn *spawn, struct spawned *ret, struct err *err)
{
    cleanup_close int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

    if (own < 0)
        return err_sys(err, "cannot open /proc/self/ns/pid");
    /* root of a user namespace, as under rootless podman, has no rights over its caller's */
    if (setns(own, CLONE_NEWPID) < 0 && errno == EPERM)
        return step_spawn(enter_pid, &fd, spawn, ret, err);
    if (enter_pid(&fd, err) < 0)
        return -1;
    bool spawned = spawn_start(spawn, ret, err) == 0;
    if (!spawned && err->code == ENOMEM)
        err_hint(err, "maybe the first process of the PID namespace has ended: it takes no more "
                      "then -> join another");
    return come_back(own, ret, spawned, err);
}
