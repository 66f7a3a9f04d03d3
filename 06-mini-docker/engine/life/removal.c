// SPDX-License-Identifier: MIT
/*
 * The directory is renamed first, ID -> .removing-ID: from then on no command finds the container,
 * and its record can still be read by whoever has to finish. Each step after that may be done
 * twice. The directory goes last; while it is there and locked, somebody is at work.
 *
 * The rename is on the disk before anything else goes, or a lost power would bring back half a
 * container. One with --rm need not come back whole: heal.c takes it away.
 */
#include "removal.h"

#include "engine/files/mounts.h"
#include "engine/network/network.h"
#include "engine/show/events.h"
#include "engine/store/record_names.h"
#include "engine/store/remove_files.h"
#include "engine/store/status.h"
#include "life_events.h"
#include "monitor.h"

#include "runtime/life.h"

#include "cleanup.h"
#include "proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define REMOVING ".removing-"

enum { NAME = sizeof(REMOVING) + STORE_ID, END_MS = 10000 };

/* It leaves at once, and takes the container with it. Without a pidfd it is gone already. */
static void end_monitor(const struct status *status)
{
    if (status->monitor == getpid())
        return;
    cleanup_close int pidfd = proc_pidfd_of(status->monitor, status->monitor_start_time);
    proc_pidfd_signal(pidfd, SIGTERM);
    if (!proc_pidfd_ended(pidfd, END_MS))
        proc_pidfd_signal(pidfd, SIGKILL);
}

/* Of one that ran until now, whose monitor had no time to tell. */
static void tell_end(const struct store *store, const struct record *record, struct status *status)
{
    event_container(store, record, "kill", (const struct event_attribute[]){{"signal", "9"}, {0}});
    status->exit_code = 128 + SIGKILL;
    store_now(status->finished_at);
    life_events_ended(store, record, status);
}

static int free_name(const struct store *store, const struct record *record, struct err *err)
{
    cleanup_close int lock = -1;

    if (store_lock(store, "names", &lock, err) < 0)
        return -1;
    record_name_free(store, record->name, record->id);
    return 0;
}

int removal_of_life(const struct store *store, const struct record *record, struct err *err)
{
    char root[PATH_MAX];
    struct err warning;

    monitor_forget(store, record->id);
    return store_run_dir(store, "runtime", root, err) < 0 ||
                   life_delete(root, record->id, true, &warning, err) < 0
               ? -1
               : network_disconnect(store, record, err);
}

/* All steps after the rename. `dir` is .removing-ID. */
static int remove_rest(const struct store *store, const struct record *record, const char *dir,
    unsigned flags, struct err *err)
{
    char path[PATH_MAX];
    struct status status;

    if (!(flags & REMOVAL_ENDED)) {
        bool ran = status_read(store, dir, &status, err) == 0 && status_is_watched(&status) &&
                   status.monitor != getpid() && status.started_at[0] && !status.finished_at[0];
        end_monitor(&status); /* of none there is no number */
        if (removal_of_life(store, record, err) < 0)
            return -1;
        if (ran)
            tell_end(store, record, &status);
    }
    if (free_name(store, record, err) < 0 ||
        (flags & REMOVAL_VOLUMES && mounts_forget(store, record, err) < 0))
        return -1;
    record_path(store, dir, NULL, path);
    if (remove_files(path, err) < 0)
        return -1;
    event_container(store, record, "destroy", NULL);
    return 0;
}

int removal(const struct store *store, const struct record *record, unsigned flags, struct err *err)
{
    char from[PATH_MAX], to[PATH_MAX], dir[NAME];

    snprintf(dir, sizeof(dir), REMOVING "%s", record->id);
    record_path(store, record->id, NULL, from);
    record_path(store, dir, NULL, to);
    if (rename(from, to) < 0)
        return err_sys(err, "cannot remove container %.12s", record->id);
    if (!record->host.auto_remove && store_sync(store, "containers", err) < 0)
        return -1;
    return remove_rest(store, record, dir, flags, err);
}

/* True when nobody is at work with it. */
static bool is_left(const struct store *store, const char *dir, int *ret_lock)
{
    char path[PATH_MAX];

    record_path(store, dir, NULL, path);
    *ret_lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *ret_lock >= 0 && flock(*ret_lock, LOCK_EX | LOCK_NB) == 0;
}

static void finish_one(const struct store *store, const char *dir)
{
    struct record record = {0};
    struct err ignored;
    char path[PATH_MAX];
    cleanup_close int lock = -1;

    if (!is_left(store, dir, &lock))
        return;
    record_path(store, dir, NULL, path);
    if (record_load(store, dir, &record, &ignored) == 0)
        remove_rest(store, &record, dir, record.host.auto_remove ? REMOVAL_VOLUMES : 0, &ignored);
    else /* its record was among what went already */
        remove_files(path, &ignored);
    record_free(&record);
}

void removal_finish(const struct store *store)
{
    char path[PATH_MAX];

    record_path(store, "", NULL, path);
    cleanup_closedir DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strncmp(entry->d_name, REMOVING, strlen(REMOVING)) == 0)
            finish_one(store, entry->d_name);
    }
}
