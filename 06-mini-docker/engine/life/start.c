// SPDX-License-Identifier: MIT
/*
 * What lies between a container that is on disk and one that runs: its image's layers are there,
 * its record becomes a spec, and a monitor takes over. All that can be judged is judged here, where
 * there is still somebody to be told.
 */
#include "start.h"

#include "engine/images/image.h"
#include "engine/network/network.h"
#include "engine/store/status.h"
#include "packet.h"
#include "removal.h"
#include "removal_files.h"

#include "cleanup.h"

#include <errno.h>

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

static int find_and_start(const struct store *store, const struct record *record,
    const struct monitor_options *options, int *ret_client, struct err *err)
{
    struct image image = {0};
    int result = image_find(store, record->image_id, &image, err);

    if (result == 0)
        result = translate_and_start(store, record, &image, options, ret_client, err);
    image_free(&image);
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

int start_container(const struct store *store, const struct record *record,
    const struct image *image, const struct monitor_options *options, int *ret_client,
    struct err *err)
{
    cleanup_close int lock = -1;
    struct status status;

    *ret_client = -1;
    if (record_lock(store, record->id, &lock, err) < 0 ||
        status_ask(store, record->id, &status, err) < 0)
        return -1;
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
        if (record->image_id && !image)
            return find_and_start(store, record, options, ret_client, err);
        return translate_and_start(
            store, record, record->image_id ? image : NULL, options, ret_client, err);
    }
}
