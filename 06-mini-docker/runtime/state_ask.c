// SPDX-License-Identifier: MIT
/*
 * What is not written down but asked of the kernel: whether the container runs.
 *
 * It is held at the FIFO `start`, which its process has open; the exec of the program closes it. So
 * whether anybody still has it open is the difference between "created" and "running". A pid alone
 * says nothing, for it is given away again: the start time goes with it.
 */
#include "state.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static const char *const NAMES[] = {"creating", "created", "running", "paused", "stopped"};

const char *state_status_name(enum state_status status)
{
    return NAMES[status];
}

bool state_is_paused(const struct state *state)
{
    return !state->group.absent && cgroup_is_frozen(&state->group);
}

static bool is_alive(const struct state *state)
{
    return state->pid > 0 && proc_lives(state->pid, state->start_time);
}

/* True while a command holds the lock of the directory (""), or of a file in it. */
static bool is_locked(const struct state *state, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", state->dir, name);
    cleanup_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return state->lock < 0 && fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
}

static int open_fifo(const struct state *state, const char *name, int flags)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", state->dir, name);
    return open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

enum state_status state_status(const struct state *state)
{
    if (state->pid && !is_alive(state))
        return STATE_STOPPED;
    if (!state->pid)
        return is_locked(state, "") ? STATE_CREATING : STATE_STOPPED;
    cleanup_close int start = open_fifo(state, "start", O_WRONLY);
    if (start < 0 && errno == ENOENT && is_locked(state, "journal"))
        return STATE_CREATING;
    if (state_is_paused(state)) /* what is held can be frozen, too */
        return STATE_PAUSED;
    return start >= 0 ? STATE_CREATED : STATE_RUNNING;
}

int state_pidfd(const struct state *state, int *ret_pidfd, struct err *err)
{
    cleanup_close int pidfd = state->pid > 0 ? proc_pidfd(state->pid) : -1;

    if (pidfd < 0 && state->pid > 0 && errno != ESRCH)
        return err_sys(err, "cannot reach container %s", state->id);
    if (pidfd < 0 || !is_alive(state)) {
        errno = ESRCH;
        err_sys(err, "container %s is not running", state->id);
        return -1;
    }
    *ret_pidfd = steal_fd(&pidfd);
    return 0;
}

static int not_created(const struct state *state, struct err *err)
{
    err_set(err, ERR_SYS, "cannot start container %s: it is %s", state->id,
        state_status_name(state_status(state)));
    return err_hint(err, "only one that is \"created\" can be started");
}

int state_release(const struct state *state, struct err *err)
{
    if (state_is_paused(state)) /* it would not answer before it is resumed */
        return not_created(state, err);
    /* first `result`: after its exec the child is no writer of it any more, and nobody could tell
     */
    struct sync sync = {.in = open_fifo(state, "result", O_RDONLY), -1, -1, -1};

    sync.out = open_fifo(state, "start", O_WRONLY);
    if (sync.in < 0 || sync.out < 0) {
        int code = errno;
        sync_close(&sync);
        if (code != ENOENT && code != ENXIO) {
            errno = code;
            return err_sys(err, "cannot reach the container %s", state->id);
        }
        return not_created(state, err);
    }
    fcntl(sync.in, F_SETFL, O_RDONLY);
    int result = sync_signal(&sync, err);
    if (result == 0)
        result = sync_wait_exec(&sync, err);
    sync_close(&sync);
    return result;
}
