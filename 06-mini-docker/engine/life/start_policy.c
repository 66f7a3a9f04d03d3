// SPDX-License-Identifier: MIT
/*
 * Docker's daemon reads the policies when it starts, which is soon after a boot. Without a daemon,
 * whatever starts programs at boot calls `mini-docker system start`, and this is all of it.
 */
#include "start_policy.h"

#include "start.h"

#include "engine/store/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
    const struct store *store;
    char (*ids)[STORE_ID + 1]; /* the newest first */
    size_t count;
};

static int add(const char *id, void *arg, struct err *err)
{
    struct wanted *wanted = arg;
    void *more = reallocarray(wanted->ids, wanted->count + 1, sizeof(*wanted->ids));

    if (!more)
        return err_sys(err, "cannot list the containers");
    wanted->ids = more;
    strcpy(wanted->ids[wanted->count++], id);
    return 0;
}

static bool is_wanted(const struct record *record, const struct status *status)
{
    const char *policy = record->host.restart_policy ? record->host.restart_policy : "no";

    if (status->kind != STATUS_EXITED || !status->started_at[0])
        return false;
    return strcmp(policy, "always") == 0 ||
           (strcmp(policy, "unless-stopped") == 0 && !status->stopped_by_hand);
}

/* Returns 1 where nothing is to be done. */
static int start_one(const struct store *store, const struct record *record, struct err *err)
{
    struct monitor_options options = {.explain = {.fd = -1}};
    struct status status;
    int client;

    if (status_ask(store, record->id, &status, err) < 0)
        return err->code == ENOENT ? 1 : -1;
    return is_wanted(record, &status) ? start_container(store, record, NULL, &options, &client, err)
                                      : 1;
}

int start_policy(const struct store *store,
    void (*tell)(const struct record *record, const struct err *failure, void *arg), void *arg,
    struct err *err)
{
    struct wanted wanted = {.store = store};
    int result = record_each(store, add, &wanted, err);

    for (size_t i = wanted.count; result == 0 && i-- > 0;) {
        struct record record;
        struct err failure;
        int started = record_load(store, wanted.ids[i], &record, &failure);
        if (started == 0)
            started = start_one(store, &record, &failure);
        if (started <= 0)
            tell(&record, started < 0 ? &failure : NULL, arg);
        record_free(&record);
    }
    free(wanted.ids);
    return result;
}
