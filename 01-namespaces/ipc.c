// SPDX-License-Identifier: MIT
/*
 * ipc: System V IPC objects and POSIX message queues of its own.
 *
 * Both kinds live in the kernel, not in a file system path that a mount namespace could hide, so
 * they have a namespace for themselves. A first child, in an IPC namespace of its own, plays the
 * host: it makes a shared memory segment and a message queue. Two further children look for them,
 * one in a new IPC namespace, one (the control) without. When the last process of a namespace has
 * gone, its objects go too: nothing is left to remove.
 */
#include "child.h"
#include "cleanup.h"
#include "experiments.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>

enum { KEY = 0x6c616273 }; /* "labs": how processes find a System V object */

/* What one child found, in shared memory. */
struct found {
    int shm, mq;       /* errno, 0 when it was there */
    uint64_t segments; /* lines in /proc/sysvipc/shm, which shows the reader's namespace */
};

struct scene {
    char queue[32]; /* the POSIX queue's name, "/labs-7f3a" */
    struct found inside, control;
};

/*
 * The file is one for the whole of /proc, and yet says something else to each reader: what is in
 * the IPC namespace of the process that opens it.
 */
static uint64_t count_segments(void)
{
    cleanup_fclose FILE *list = fopen("/proc/sysvipc/shm", "re");
    char line[512];
    uint64_t lines = 0;

    while (list && fgets(line, sizeof(line), list))
        lines++;
    return lines ? lines - 1 : 0; /* the first line is the head */
}

/* Looks without making: no IPC_CREAT, no O_CREAT. The errors are what is to be found out. */
static int look_for(struct scene *scene, struct found *found)
{
    mqd_t queue = mq_open(scene->queue, O_RDONLY | O_CLOEXEC);

    found->mq = queue < 0 ? errno : 0;
    found->shm = shmget(KEY, 0, 0) < 0 ? errno : 0;
    found->segments = count_segments();
    return 0;
}

static int look_inside(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    (void)self;
    (void)err;
    return look_for(scene, &scene->inside);
}

static int look_control(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;

    (void)self;
    (void)err;
    return look_for(scene, &scene->control);
}

static int clone_and_look(int flags, child_main *look, struct scene *scene, struct err *err)
{
    struct child child;

    return child_start(&child, flags, look, scene, err) < 0 ? -1 : child_end(&child, err);
}

/*
 * The host in the play. Its objects belong to the namespace, not to this process: they would
 * outlive it as long as any other process is in there.
 */
static int play_host(struct child *self, void *arg, struct err *err)
{
    struct scene *scene = arg;
    struct mq_attr small = {.mq_maxmsg = 1, .mq_msgsize = 64};

    if (shmget(KEY, 4096, IPC_CREAT | IPC_EXCL | 0600) < 0)
        return err_sys(err, "cannot make a shared memory segment");
    if (mq_open(scene->queue, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &small) < 0)
        return err_sys(err, "cannot make a message queue");
    child_turn(self);
    if (clone_and_look(CLONE_NEWIPC, look_inside, scene, err) < 0)
        return -1;
    child_turn(self);
    if (clone_and_look(0, look_control, scene, err) < 0)
        return -1;
    child_turn(self);
    return 0;
}

static void note_found(struct report *r, const struct found *found)
{
    note(r, "shmget: %s; mq_open: %s; segments in /proc/sysvipc/shm: %lu",
        found->shm ? strerror(found->shm) : "found it",
        found->mq ? strerror(found->mq) : "found it", found->segments);
}

static int ipc_run(struct run *run, struct err *err)
{
    struct report *r = &run->report;
    struct scene *scene = child_memory(sizeof(*scene));
    struct child host;
    struct found after;

    if (!scene)
        return err_sys(err, "no memory to share");
    snprintf(scene->queue, sizeof(scene->queue), "/%s", run->undo.id);
    step(r, "shmget(2), mq_open(3), sysvipc(7)",
        "a child plays the host: shmget(0x%x), mq_open(\"%s\")", KEY, scene->queue);
    if (child_start(&host, CLONE_NEWIPC | child_user_flag(), play_host, scene, err) < 0)
        return -1;

    step(r, "clone(2), ipc_namespaces(7)", "clone(CLONE_NEWIPC), and in it look for both");
    explain(r, "a key or a queue's name is looked up in the caller's IPC namespace only");
    if (child_next(&host, err) < 0)
        return -1;
    note_found(r, &scene->inside);

    step(r, "clone(2)", "control: clone() without the flag, and look again");
    if (child_next(&host, err) < 0)
        return -1;
    note_found(r, &scene->control);

    step(r, "ipc_namespaces(7)", "the host in the play ends, and its objects with it");
    if (child_end(&host, err) < 0)
        return -1;
    look_for(scene, &after);

    claim_errno(r, "a new namespace has no such segment", scene->inside.shm, ENOENT, "shmget(2)");
    claim_errno(r, "nor such a message queue", scene->inside.mq, ENOENT, "mq_open(3)");
    claim_u64(r, "nor any segment at all", scene->inside.segments, EQ, 0, "/proc/sysvipc/shm");
    claim_errno(r, "control: without the flag: segment", scene->control.shm, 0, "shmget(2)");
    claim_errno(r, "control: without the flag: queue", scene->control.mq, 0, "mq_open(3)");
    claim_u64(r, "control: and it is listed", scene->control.segments, EQ, 1, "/proc/sysvipc/shm");
    claim_errno(r, "nothing is left when the play is over", after.mq, ENOENT, "mq_open(3)");
    return 0;
}

const struct experiment ipc_experiment = {
    .name = "ipc",
    .summary = "System V IPC objects and POSIX message queues of its own",
    .needs = "root|userns ns:ipc",
    .steps = 4,
    .run = ipc_run,
};
