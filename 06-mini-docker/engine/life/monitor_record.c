// SPDX-License-Identifier: MIT
/*
 * What was asked for may change while a container lives: update, rename and network connect write
 * its record anew. Whoever starts it again must know that, and so must the policy that is asked
 * whether to. So the monitor looks at the end of each life whether container.json is another file
 * than at the start, and reads it; and the next life's spec is made from that, as start.c makes it.
 * So is that of a container which shares another's namespaces, in any case: a spec names them by a
 * process, and that number may be somebody else's by now.
 *
 * What must hold: the first record and its spec are the starter's, and stay; a later one goes only
 * when the life that was made from it is over and the next spec is there.
 */
#include "monitor_internal.h"

#include "engine/images/image.h"
#include "engine/network/network.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A record that was read here, and what was made of it. */
struct monitor_plan {
    struct record record;
    struct image image;
    struct translation translation;
};

static void drop(struct monitor_plan **plan)
{
    if (*plan) {
        translation_free(&(*plan)->translation);
        image_free(&(*plan)->image);
        record_free(&(*plan)->record);
        free(*plan);
    }
    *plan = NULL;
}

/* True when the file is another one than the last time. Its mtime says nothing: see record.c. */
static bool has_changed(struct monitor *monitor)
{
    struct timespec before = monitor->record_changed;
    char path[PATH_MAX];
    struct stat st;

    record_path(monitor->store, monitor->record->id, "container.json", path);
    if (stat(path, &st) < 0)
        return false;
    monitor->record_changed = st.st_ctim;
    return before.tv_sec != st.st_ctim.tv_sec || before.tv_nsec != st.st_ctim.tv_nsec;
}

void monitor_note_record(struct monitor *monitor)
{
    has_changed(monitor);
}

static void read_record(struct monitor *monitor)
{
    struct monitor_plan *old = monitor->next, *next = calloc(1, sizeof(*next));
    struct err ignored;

    if (!next)
        return;
    if (record_load(monitor->store, monitor->record->id, &next->record, &ignored) < 0) {
        free(next);
        return;
    }
    monitor->record = &next->record;
    monitor->next = next;
    drop(&old);
}

void monitor_read_record(struct monitor *monitor)
{
    if (has_changed(monitor))
        read_record(monitor);
}

static bool shares_namespaces(const struct record_host *host)
{
    const char *const modes[] = {
        host->network_mode, host->pid_mode, host->ipc_mode, host->uts_mode, host->cgroupns_mode};
    bool shares = false;

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        shares |= modes[i] && strncmp(modes[i], "container:", 10) == 0;
    return shares;
}

int monitor_renew(struct monitor *monitor, struct err *err)
{
    struct monitor_plan *next;
    const struct record *record;

    monitor_read_record(monitor);
    if (!monitor->next && shares_namespaces(&monitor->record->host))
        read_record(monitor);
    if (!(next = monitor->next))
        return 0;
    record = &next->record;
    if (network_prepare(monitor->store, record, err) < 0 ||
        (record->image_id && image_find(monitor->store, record->image_id, &next->image, err) < 0) ||
        translate(monitor->store, record, record->image_id ? &next->image : NULL,
            &next->translation, err) < 0)
        return -1;
    next->translation.spec.process.console_size = monitor->translation->spec.process.console_size;
    monitor->translation = &next->translation;
    drop(&monitor->plan);
    monitor->plan = next;
    monitor->next = NULL;
    monitor->settled = false; /* that took memory again */
    return 0;
}
