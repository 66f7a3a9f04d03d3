// SPDX-License-Identifier: MIT
/*
 * How a container is: what its monitor wrote down, and what the kernel says now. A monitor that is
 * dead has left its last words undone; whoever finds that finishes for it.
 *
 * What must hold: only one heals at a time, and nobody heals what is being started: both have the
 * container's lock. A command that does not get it says what is plain already, and
 * changes nothing.
 */
#include "status.h"

#include "engine/life/life_events.h"
#include "engine/life/monitor.h"
#include "engine/life/removal.h"
#include "engine/network/network.h"
#include "record.h"

#include "runtime/life.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *status_name(enum status_kind kind)
{
    static const char *const names[] = {
        "created", "running", "paused", "restarting", "removing", "exited", "dead"};

    return names[kind];
}

bool status_is_watched(const struct status *status)
{
    return status->monitor > 0 && (status->holder == status->monitor ||
                                      proc_lives(status->monitor, status->monitor_start_time));
}

/* Of one whose monitor lives, if it has one. That may not have written down yet how the container
 * ended: till then it counts as running. */
static enum status_kind kind_of(const struct status *status)
{
    return status->restarting                           ? STATUS_RESTARTING
           : status->finished_at[0]                     ? STATUS_EXITED
           : !status->monitor || !status->started_at[0] ? STATUS_CREATED
           : cgroup_file_is_frozen(status->frozen_file) ? STATUS_PAUSED
                                                        : STATUS_RUNNING;
}

void status_ask_pid(const struct store *store, const char *id, struct status *status)
{
    char root[PATH_MAX];
    struct state state;
    struct err ignored;

    if ((status->kind != STATUS_RUNNING && status->kind != STATUS_PAUSED) ||
        store_run_dir(store, "runtime", root, &ignored) < 0)
        return;
    if (state_load(root, id, false, &state, &ignored) == 0 && state_status(&state) != STATE_STOPPED)
        status->pid = state.pid;
    state_close(&state);
}

/* What the monitor would have done at the end; 1: the container is gone by that (--rm). */
static int finish(const struct store *store, const char *id, struct status *status, struct err *err)
{
    struct record record = {0};

    if (record_load(store, id, &record, err) < 0)
        return -1;
    life_events_ended(store, &record, status);
    bool gone = record.host.auto_remove;
    int result =
        gone ? removal(store, &record, REMOVAL_VOLUMES, err) : removal_of_life(store, &record, err);
    record_free(&record);
    if (result < 0 || gone)
        return result < 0 ? -1 : 1;
    return status_save(store, id, status, true, err);
}

static void end(struct status *status, int exit_code, const char *why)
{
    status->monitor = 0;
    status->restarting = false;
    status->exit_code = exit_code;
    store_now(status->finished_at);
    snprintf(status->error, sizeof(status->error), "%s", why);
}

/* 1 as finish. */
static int heal(const struct store *store, const char *id, struct status *status, struct err *err)
{
    char path[PATH_MAX];

    record_path(store, id, NULL, path);
    cleanup_close int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool locked = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0;
    if (locked && status_read(store, id, status, err) < 0)
        return -1;
    if (!status->monitor || status_is_watched(status)) /* somebody was quicker */
        return 0;
    end(status, 128 + SIGKILL, "its monitor was killed");
    return locked ? finish(store, id, status, err) : 0;
}

int status_lost(const struct store *store, const char *id, struct err *err)
{
    struct status status;
    char path[PATH_MAX];
    struct err damaged;
    struct stat st;

    record_path(store, id, "status.json", path);
    if (stat(path, &st) < 0)
        return 0;
    /* what cannot be read was not on the disk yet: the last word of a monitor is */
    if (status_read(store, id, &status, &damaged) == 0 && st.st_size > 0 && !status.monitor)
        return 0;
    if (!status.started_at[0])
        store_now(status.started_at);
    end(&status, 255, "the machine went down while it ran");
    return status_save(store, id, &status, true, err);
}

int status_ask(const struct store *store, const char *id, struct status *ret, struct err *err)
{
    char path[PATH_MAX];

    if (status_read(store, id, ret, err) < 0)
        return -1;
    int healed = ret->monitor && !status_is_watched(ret) ? heal(store, id, ret, err) : 0;
    if (healed < 0)
        return -1;
    if (healed > 0)
        return err_refuse(err, ENOENT, "No such container: %s", id);
    ret->kind = kind_of(ret);
    record_path(store, id, NULL, path);
    if (ret->kind == STATUS_CREATED && access(path, F_OK) < 0)
        return err_refuse(err, ENOENT, "No such container: %s", id);
    return 0;
}
