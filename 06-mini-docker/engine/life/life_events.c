// SPDX-License-Identifier: MIT
/* The order is Docker's, and so are the attributes. */
#include "life_events.h"

#include "engine/files/mount_words.h"
#include "engine/network/network_store.h"
#include "engine/show/events.h"
#include "engine/show/human.h"

#include "cleanup.h"

#include <inttypes.h>

static void tell_networks(const struct store *store, const struct record *record,
    const struct status *status, const char *action)
{
    for (size_t i = 0; i < status->endpoints_count; i++) {
        struct network network = {0};
        struct err ignored;
        if (network_load(store, status->endpoints[i].network, &network, &ignored) == 0)
            event_add(store, "network", action, network.id,
                (const struct event_attribute[]){{"container", record->id}, {"name", network.name},
                    {"type", network.driver}, {0}});
        network_free(&network);
    }
}

/* The list is made only where there may be something in it. */
static bool may_have_volumes(const struct record *record)
{
    return record->config.volumes_count > 0 || record->host.binds ||
           record->host.mounts_count > 0 || record->host.inherited_count > 0;
}

static void tell_volumes(const struct store *store, const struct record *record, bool mounted)
{
    cleanup_free struct mount_words *words = NULL;
    struct err ignored;
    size_t count = 0;

    if (!may_have_volumes(record) || mount_words_all(record, &words, &count, &ignored) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct event_attribute more[] = {{"container", record->id}, {"driver", "local"},
            {mounted ? "destination" : NULL, words[i].target},
            {"read/write", words[i].read_only ? "false" : "true"}, {"propagation", ""}, {0}};
        if (words[i].kind == MOUNT_KIND_VOLUME)
            event_add(store, "volume", mounted ? "mount" : "unmount", words[i].source, more);
    }
}

void life_events_began(
    const struct store *store, const struct record *record, const struct status *status)
{
    tell_networks(store, record, status, "connect");
    tell_volumes(store, record, true);
    event_container(store, record, "start", NULL);
}

/* In whole seconds; nothing where it never began. */
static int64_t lived_sec(const struct status *status)
{
    struct timespec began, ended;

    if (human_parse_time(status->started_at, &began) < 0 ||
        human_parse_time(status->finished_at, &ended) < 0 || human_is_before(&ended, &began))
        return 0;
    return ended.tv_sec - began.tv_sec - (ended.tv_nsec < began.tv_nsec);
}

void life_events_ended(
    const struct store *store, const struct record *record, const struct status *status)
{
    char code[12], duration[24];

    if (status->oom_killed)
        event_container(store, record, "oom", NULL);
    snprintf(code, sizeof(code), "%d", status->exit_code);
    snprintf(duration, sizeof(duration), "%" PRId64, lived_sec(status));
    event_container(store, record, "die",
        (const struct event_attribute[]){{"execDuration", duration}, {"exitCode", code}, {0}});
    tell_networks(store, record, status, "disconnect");
    tell_volumes(store, record, false);
}
