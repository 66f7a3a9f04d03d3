// SPDX-License-Identifier: MIT
/*
 * A bind source that only another container sees: its /dev/shm. The kernel copies a mount for none
 * but those who are in its mount namespace (open_tree(2), check_mnt), and there is no way back from
 * there into one's own. So a child goes, copies, and sends the copy, which hangs nowhere and may be
 * hung up anywhere.
 *
 * What must hold: the path is looked up with the other's root as the root, so that nothing that the
 * other does to its paths leads out of it.
 */
#include "mounts.h"

#include "cleanup.h"
#include "ns.h"
#include "proc.h"
#include "sock.h"
#include "sync.h"

#include <sched.h>
#include <sys/socket.h>

struct foreign {
    pid_t pid;
    const char *source;
    bool recursive;
    int ends[2]; /* ours, the child's */
    struct sync sync;
};

static int copy(struct foreign *foreign, struct err *err)
{
    int different;

    cleanup_close int process = proc_pidfd(foreign->pid);
    if (process < 0)
        return err_sys(err, "cannot open process %d", foreign->pid);
    /* rootless: its user namespace as well, which owns the other */
    if (ns_different(foreign->pid, &different, err) < 0 ||
        ns_enter(process, different & (CLONE_NEWUSER | CLONE_NEWNS), err) < 0)
        return -1;
    cleanup_close int tree = mount_clone(foreign->source, foreign->recursive, err);
    return tree < 0 ? -1 : sock_send_fd(foreign->ends[1], tree, "", foreign->source, err);
}

static int child(void *arg)
{
    struct foreign *foreign = arg;
    struct err err;

    sync_child(&foreign->sync);
    if (copy(foreign, &err) == 0)
        return sync_signal(&foreign->sync, &err) < 0;
    sync_fail(&foreign->sync, &err);
    return 1;
}

int mounts_clone_foreign(pid_t pid, const char *source, bool recursive, struct err *err)
{
    struct foreign foreign = {pid, source, recursive, {-1, -1}, SYNC_NONE};
    struct spawn spawn = {.cgroup_fd = -1, .child = child, .arg = &foreign};
    struct spawned spawned = {.pidfd = -1};
    struct err ignored;
    int tree = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, foreign.ends) < 0)
        return err_sys(err, "cannot make a socket");
    int result = sync_open(&foreign.sync, err);
    if (result == 0)
        result = spawn_start(&spawn, &spawned, err);
    if (result == 0) {
        sync_parent(&foreign.sync);
        result = sync_wait(&foreign.sync, err);
        spawn_wait(&spawned, &ignored);
    }
    if (result == 0)
        result = sock_receive_fd(foreign.ends[0], source, &tree, err);
    sync_close(&foreign.sync);
    close_fd(&spawned.pidfd);
    close_fd(&foreign.ends[0]);
    close_fd(&foreign.ends[1]);
    return result < 0 ? -1 : tree;
}
