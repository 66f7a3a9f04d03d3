// SPDX-License-Identifier: MIT
/*
 * What lies between a container that is on disk and one that runs: its image's layers are there,
 * its record becomes a spec, and a monitor takes over. All that can be judged is judged here, where
 * there is still somebody to be told.
 */
#include "start.h"

#include "engine/images/image.h"
#include "engine/network/network.h"
#include "engine/store/remove_files.h"
#include "engine/store/status.h"
#include "packet.h"
#include "removal.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, LAST_MS = 10000 };

static int translate_and_start(const struct store *store, const struct record *record,
    const struct image *image, const struct monitor_options *options, int *ret_client,
    struct err *err)
{
    struct translation translation = {0};
    struct err ignored;

    explain_step(&options->explain, "engine/translate/translate.c", "the record becomes a spec");
    /* exec translates the record, too, and must leave the files of the one that runs alone */
    int result = network_files(store, record, err);
    if (result == 0)
        result = network_prepare(store, record, err);
    if (result == 0)
        result = translate(store, record, image, &translation, err);
    if (result == 0) {
        explain_step(&options->explain, "fork(2), setsid(2)", "fork: a monitor takes over");
        result = monitor_start(store, record, &translation, options, ret_client, err);
    } else if (record->host.auto_remove) {
        removal(store, record, REMOVAL_VOLUMES, &ignored); /* --rm, and no monitor to do it */
    } else {
        network_disconnect(store, record, &ignored);
    }
    translation_free(&translation);
    return result;
}

/* The caller has read the record before it had the lock: an update may have come between. */
static int find_and_start(const struct store *store, const char *id,
    const struct monitor_options *options, int *ret_client, struct err *err)
{
    struct record record;
    struct image image = {0};

    if (record_load(store, id, &record, err) < 0)
        return -1;
    int result = record.image_id ? image_find(store, record.image_id, &image, err) : 0;
    if (result == 0)
        result = translate_and_start(
            store, &record, record.image_id ? &image : NULL, options, ret_client, err);
    image_free(&image);
    record_free(&record);
    return result;
}

/*
 * With --rm the overlay is a volatile one, and the kernel mounts none again whose end it has not
 * seen on the disk. But what was written is in memory still: this is the same boot (heal.c).
 */
static void forget_volatile(const struct store *store, const struct record *record)
{
    char path[PATH_MAX];
    struct err ignored;

    record_path(store, record->id, "work/work/incompat", path);
    remove_files(path, &ignored);
}

/* Nothing of an earlier life is there: no monitor that is dead, and none that is about to end. */
static bool is_settled(const struct status *status)
{
    bool ended = status->finished_at[0] && !status->restarting;

    return !status->monitor || status->monitor == getpid() || (status_is_watched(status) && !ended);
}

/*
 * A monitor gives back what its container had after it has written down how that ended, and when
 * its clients have all output. A client that takes none of it is not waited for very long.
 */
static int await_monitor(
    const struct store *store, const char *id, const struct status *status, struct err *err)
{
    cleanup_close int pidfd = proc_pidfd_of(status->monitor, status->monitor_start_time);
    cleanup_close int client = -1;
    struct err ignored;

    if (proc_pidfd_ended(pidfd, PATIENCE_MS))
        return 0;
    if (monitor_connect(store, id, 0, &client, &ignored) == 0)
        packet_send(client, PACKET_STOP, "", 0, 0);
    return proc_pidfd_ended(pidfd, LAST_MS)
               ? 0
               : err_refuse(err, ETIMEDOUT, "the monitor of container %.12s does not end", id);
}

/* The container's lock, when all that an earlier life had is given back. */
static int lock_settled(const struct store *store, const char *id, int *ret_lock,
    struct status *ret_status, struct err *err)
{
    for (;;) {
        cleanup_close int lock = -1;
        if (record_lock(store, id, &lock, err) < 0 || status_read(store, id, ret_status, err) < 0)
            return -1;
        if (is_settled(ret_status)) {
            *ret_lock = steal_fd(&lock);
            return status_ask(store, id, ret_status, err);
        }
        close_fd(&lock); /* who heals wants it, and so does a monitor with --rm */
        if (status_is_watched(ret_status) ? await_monitor(store, id, ret_status, err) < 0
                                          : status_ask(store, id, ret_status, err) < 0)
            return -1;
    }
}

int start_container(const struct store *store, const struct record *record,
    const struct image *image, const struct monitor_options *options, int *ret_client,
    struct err *err)
{
    cleanup_close int lock = -1;
    struct monitor_options own = *options;
    struct status status;

    *ret_client = -1;
    if (lock_settled(store, record->id, &lock, &status, err) < 0)
        return -1;
    own.lock = lock;
    switch (status.kind) {
    case STATUS_RUNNING:
    case STATUS_RESTARTING:
        return options->attach
                   ? monitor_connect(store, record->id, PACKET_WANTS_OUTPUT, ret_client, err)
                   : 0;
    case STATUS_PAUSED:
        return err_refuse(err, EBUSY, "cannot start a paused container, try unpause instead");
    default:
        if (record->host.auto_remove && status.started_at[0])
            forget_volatile(store, record);
        if (!image)
            return find_and_start(store, record->id, &own, ret_client, err);
        return translate_and_start(
            store, record, record->image_id ? image : NULL, &own, ret_client, err);
    }
}
