/* SPDX-License-Identifier: MIT */
/*
 * events: what happened, for `events`: a line of JSON each in RUN/events, in the form of Docker's
 * API. Whoever makes something happen writes it down with one call, after it did.
 *
 * A line is added by one write(2) to a file opened with O_APPEND, so that lines of commands at the
 * same time do not mix. When the file is 1 MiB large it becomes events.1, and a new one begins: two
 * MiB are kept. It is below RUN, since nobody needs it after a reboot.
 */
#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

#include "engine/store/record.h"
#include "engine/store/store.h"

/* More that an event tells: {"exitCode", "3"}. A list ends with {0}. */
struct event_attribute {
    const char *key, *value;
};

/*
 * A container's event: "create", "start", "die" (with exitCode; engine/life/life_events.h), "kill"
 * (signal), "stop", "restart", "pause", "unpause", "destroy", "rename" (oldName), "oom", "attach",
 * "detach", "exec_create: CMD", "exec_start: CMD", "exec_die" (exitCode), "exec_detach",
 * "health_status: healthy", "update", "resize" (height, width), "top", "export", "commit", "copy".
 * Its image, name and labels are added. `more` may be NULL.
 *
 * It never fails: what happened has happened, and a full disk must not undo it.
 */
void event_container(const struct store *store, const struct record *record, const char *action,
    const struct event_attribute *more);

/*
 * One of another type: "image" (pull, tag, delete, load, save, prune, …), "network" (create,
 * connect, disconnect, destroy, prune), "volume" (create, mount, unmount, destroy, prune). `id`:
 * the image's ID, …
 */
void event_add(const struct store *store, const char *type, const char *action, const char *id,
    const struct event_attribute *attributes);

#endif
