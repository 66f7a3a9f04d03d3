// SPDX-License-Identifier: MIT
/*
 * Whether a container may go, for `rm`: one that runs only by force, and then without the
 * politeness of `stop`. By force one whose record cannot be read goes as well: what it had is found
 * by its ID alone.
 */
#include "removal.h"

#include "engine/store/status.h"

#include "cleanup.h"

#include <errno.h>

/* Docker's words for what must end first. */
static int refuse(const char *id, enum status_kind kind, struct err *err)
{
    const char *cure = kind == STATUS_PAUSED ? "Unpause and then stop" : "Stop";

    err_refuse(err, EBUSY,
        "You cannot remove a %s container %s. %s the container before attempting removal or force "
        "remove",
        status_name(kind), id, cure);
    return -1;
}

static bool is_busy(const struct store *store, const char *id, enum status_kind *ret_kind)
{
    struct status status;
    struct err unread;

    if (status_ask(store, id, &status, &unread) < 0)
        return false;
    *ret_kind = status.kind;
    return status.kind == STATUS_RUNNING || status.kind == STATUS_PAUSED ||
           status.kind == STATUS_RESTARTING;
}

int removal_word(
    const struct store *store, const char *word, bool force, bool volumes, struct err *err)
{
    cleanup_close int lock = -1;
    char id[STORE_ID + 1];
    enum status_kind kind;
    struct record record;

    if (record_find(store, word, id, err) < 0 || record_lock(store, id, &lock, err) < 0)
        return -1;
    if (!force && is_busy(store, id, &kind))
        return refuse(id, kind, err);
    if (record_load(store, id, &record, err) < 0) {
        if (!force)
            return -1;
        record = (struct record){.id = id, .name = ""};
    }
    volumes |= record.host.auto_remove;
    int result = removal(store, &record, volumes ? REMOVAL_VOLUMES : 0, err);
    record_free(&record);
    return result;
}
