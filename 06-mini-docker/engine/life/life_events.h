/* SPDX-License-Identifier: MIT */
/* life_events: what `events` tells when a life begins and ends, of networks and volumes as well. */
#ifndef ENGINE_LIFE_EVENTS_H
#define ENGINE_LIFE_EVENTS_H

#include "engine/store/record.h"
#include "engine/store/status.h"

/* network connect, volume mount, and at last start. Never fails, as event_container. */
void life_events_began(
    const struct store *store, const struct record *record, const struct status *status);

/* oom, where it was that; die; network disconnect, volume unmount. `status` is as it was when it
 * ended, with the endpoints that it had. */
void life_events_ended(
    const struct store *store, const struct record *record, const struct status *status);

#endif
