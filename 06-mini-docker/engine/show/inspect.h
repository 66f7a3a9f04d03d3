/* SPDX-License-Identifier: MIT */
/* inspect: all that is known of a container, in the shape of `docker inspect`. */
#ifndef ENGINE_INSPECT_H
#define ENGINE_INSPECT_H

#include "engine/store/record.h"
#include "engine/store/status.h"

struct json_object;

/*
 * A new object: the record, as it was asked for, and the status, as it is now. `sizes`: with SizeRw
 * and SizeRootFs, for which each file is looked at. The caller gives it back. NULL: no memory.
 */
struct json_object *inspect_container(const struct store *store, const struct record *record,
    const struct status *status, bool sizes);

/* Parts of it: State, NetworkSettings and Mounts. */
struct json_object *inspect_state(
    const struct store *store, const struct record *record, const struct status *status);
struct json_object *inspect_networks(
    const struct store *store, const struct record *record, const struct status *status);
struct json_object *inspect_mounts(const struct store *store, const struct record *record);

/* What Docker has in HostConfig and in NetworkSettings besides, with the value it has always. */
void inspect_rest(struct json_object *host, struct json_object *network);

#endif
