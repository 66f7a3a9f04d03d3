// SPDX-License-Identifier: MIT
/*
 * Parent and child take turns over a pipe each way (common/sync.h). A child that has done all its
 * acts waits, so that it can be looked at, until inside_end ends it: by a signal and not by closing
 * the pipe, because a second child may have inherited a copy of our end.
 */
#include "inside.h"

#include "idmap.h"
#include "proc.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

struct start {
    struct sync sync;
    inside_act *const *acts;
    void *arg;
};

static int child_main(void *arg)
{
    struct start *start = arg;
    struct err err;

    sync_child(&start->sync);
    for (inside_act *const *act = start->acts; *act; act++) {
        err = (struct err){0};
        if (sync_wait(&start->sync, &err) < 0)
            return 1;
        if ((*act)(start->arg, &err) < 0) {
            sync_fail(&start->sync, &err);
            return 1;
        }
        sync_signal(&start->sync, &err);
    }
    /* its namespaces live as long as it does: returning would take away what is to be looked at */
    for (;;)
        pause();
}

int inside_start(
    struct inside *in, int namespaces, inside_act *const *acts, void *arg, struct err *err)
{
    struct start start = {.acts = acts, .arg = arg};
    struct spawn spawn = {
        .namespaces = namespaces, .cgroup_fd = -1, .child = child_main, .arg = &start};
    struct idmap map;

    *in = (struct inside){0};
    while (acts[in->acts])
        in->acts++;
    if (sync_open(&start.sync, err) < 0 || spawn_start(&spawn, &in->child, err) < 0)
        return -1;
    in->sync = start.sync;
    sync_parent(&in->sync);
    if (!(namespaces & CLONE_NEWUSER))
        return 0;
    /* the child waits for its first turn: without a map it is nobody, and may make no file */
    if (idmap_for_caller(&map, err) < 0)
        return -1;
    return idmap_write(in->child.pid, &map, err);
}

/* The child has a copy of all other memory: only shared memory can carry an answer back. */
void *inside_shared(size_t size, struct err *err)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    err_sys(err, "no memory to share with a child");
    return NULL;
}

int inside_next(struct inside *in, struct err *err)
{
    in->next++;
    return sync_signal(&in->sync, err) < 0 ? -1 : sync_wait(&in->sync, err);
}

int inside_rest(struct inside *in, struct err *err)
{
    while (in->next < in->acts) {
        if (inside_next(in, err) < 0)
            return -1;
    }
    return 0;
}

/* An exec that works says nothing; what the parent sees is that the pipe has closed by itself. */
int inside_exec(struct inside *in, struct err *err)
{
    in->next++;
    return sync_signal(&in->sync, err) < 0 ? -1 : sync_wait_exec(&in->sync, err);
}

int inside_wait(struct inside *in, struct err *err)
{
    int status = spawn_wait(&in->child, err);

    sync_close(&in->sync);
    close(in->child.pidfd);
    return status;
}

void inside_end(struct inside *in)
{
    struct err ignored;

    proc_pidfd_signal(in->child.pidfd, SIGKILL);
    inside_wait(in, &ignored);
}
