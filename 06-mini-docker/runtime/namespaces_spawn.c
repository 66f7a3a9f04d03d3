// SPDX-License-Identifier: MIT
/*
 * Joining is easy; what is hard is who may, and when.
 *
 * Who: setns and clone3 want CAP_SYS_ADMIN in the user namespace that owns the other one, and what
 * clone3 makes belongs to the user namespace that the caller is in. So where a user namespace is
 * joined, all that is made must be made after it, and where one is made, all that is joined must be
 * joined before; there is no way back into the caller's. A step of its own does it, which ends at
 * once:
 *
 *     caller ---- clone3 ----> step: joins ---- clone3(CLONE_PARENT) ----> the child
 *        \____________________ the child's parent ___________________________/
 *
 * When: a PID namespace counts for the children of who joined it. Without a user namespace the
 * caller itself joins it for the moment of the clone, and comes back: no step is paid for.
 */
#include "namespaces_internal.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

/* What the step and the caller share. */
struct step {
    struct namespaces *namespaces;
    const struct spawn *spawn;
    int out; /* the step tells how it went */
};

struct step_result {
    pid_t pid;
    struct err err;
};

static int run_child(void *arg)
{
    struct step *step = arg;

    close(step->out); /* or the caller would wait for ever for a step that was killed */
    return step->spawn->child(step->spawn->arg);
}

/* Those that the caller may join itself; then, as one of the user namespace, the others. */
static int take_step(struct step *step, struct spawned *ret, struct err *err)
{
    struct namespaces *namespaces = step->namespaces;
    int others = ~(CLONE_NEWUSER | CLONE_NEWCGROUP);
    bool joins_user = namespaces->own & ~namespaces->made & CLONE_NEWUSER;
    struct spawn spawn = *step->spawn;

    if (namespaces_join_flags(namespaces, others, joins_user, err) < 0)
        return -1;
    if (joins_user && (namespaces_join_flags(namespaces, CLONE_NEWUSER, false, err) < 0 ||
                          namespaces_join_flags(namespaces, others, false, err) < 0 ||
                          namespaces_make_time(namespaces, err) < 0))
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

    if (take_step(step, &child, &result.err) == 0)
        result.pid = child.pid;
    ssize_t ignored = write(step->out, &result, sizeof(result)); /* below PIPE_BUF: whole */
    (void)ignored;
    return 0;
}

static int spawn_by_step(
    struct namespaces *namespaces, const struct spawn *spawn, struct spawned *ret, struct err *err)
{
    int ends[2];
    struct step_result result;
    struct spawned process;
    struct err ignored;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    cleanup_close int in = ends[0];
    cleanup_close int out = ends[1];
    struct step step = {namespaces, spawn, out};
    struct spawn first = {.cgroup_fd = -1, .child = step_main, .arg = &step};
    if (spawn_start(&first, &process, err) < 0)
        return -1;
    close(steal_fd(&out));
    ssize_t got;
    do {
        got = read(in, &result, sizeof(result));
    } while (got < 0 && errno == EINTR);
    spawn_wait(&process, &ignored);
    close(process.pidfd);
    if (got != (ssize_t)sizeof(result))
        return err_set(err, ERR_SYS, "the process that joins the namespaces was killed");
    if (!result.pid) {
        *err = result.err;
        return -1;
    }
    /* it is our child, so its pid stays its own until we wait for it */
    *ret = (struct spawned){.pid = result.pid, .pidfd = proc_pidfd(result.pid)};
    return ret->pidfd < 0 ? err_sys(err, "cannot open a pidfd") : 0;
}

static int come_back(int own, struct spawned *child, bool spawned, struct err *err)
{
    struct err ignored;

    if (setns(own, CLONE_NEWPID) == 0)
        return spawned ? 0 : -1;
    if (spawned) {
        proc_pidfd_signal(child->pidfd, SIGKILL);
        spawn_wait(child, &ignored);
        close(steal_fd(&child->pidfd));
    }
    return err_sys(err, "cannot come back into our own PID namespace");
}

static int spawn_in_pid(
    struct namespaces *namespaces, const struct spawn *spawn, struct spawned *ret, struct err *err)
{
    cleanup_close int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

    if (own < 0)
        return err_sys(err, "cannot open /proc/self/ns/pid");
    if (namespaces_join_flags(namespaces, CLONE_NEWPID, false, err) < 0)
        return -1;
    bool spawned = spawn_start(spawn, ret, err) == 0;
    if (!spawned && err->code == ENOMEM)
        err_hint(err, "maybe the first process of the PID namespace that is joined has ended: it "
                      "takes no more then -> join another");
    return come_back(own, ret, spawned, err);
}

int namespaces_spawn(
    struct namespaces *namespaces, struct spawn *spawn, struct spawned *ret, struct err *err)
{
    int joined = 0;

    spawn->namespaces = namespaces->made;
    for (int i = 0; i < NS_KINDS; i++)
        joined |= namespaces->join[i] >= 0 ? ns_table[i].flag : 0;
    if (joined & CLONE_NEWUSER || (namespaces->made & CLONE_NEWUSER && joined & ~CLONE_NEWCGROUP))
        return spawn_by_step(namespaces, spawn, ret, err);
    if (joined & CLONE_NEWPID)
        return spawn_in_pid(namespaces, spawn, ret, err);
    return spawn_start(spawn, ret, err);
}
