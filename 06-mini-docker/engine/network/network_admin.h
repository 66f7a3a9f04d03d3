/* SPDX-License-Identifier: MIT */
/* network_admin: what `mini-docker network …` does. Each takes the lock of the networks itself. */
#ifndef ENGINE_NETWORK_ADMIN_H
#define ENGINE_NETWORK_ADMIN_H

#include "engine/store/status.h"
#include "lease.h"
#include "network_store.h"

struct json_object;

/* network_create under the lock, and an event. */
int network_add(const struct store *store, const struct network *asked, char ret_id[STORE_ID + 1],
    struct err *err);

/* Remove a network with its link and its rules. Errors: it is one of the three, or somebody is in
 * it, in Docker's words. */
int network_remove(const struct store *store, const char *word, struct err *err);

/* Take the default network's bridge and its rules from the host, unless somebody is in it. The next
 * container that needs them makes them again. */
int network_rest(const struct store *store, struct err *err);

/* All networks, bridge, host and none made where they are missing. */
int network_all(const struct store *store, struct network_list *ret, struct err *err);

/* How many containers are in it now. `leases` may be read without the lock. */
size_t network_members(const struct leases *leases, const struct network *network);

/* What `inspect` prints of it, with its members. The caller puts it; NULL on error. */
struct json_object *network_json(
    const struct store *store, struct network *network, struct err *err);

/*
 * Add a container to one more network, or take it out of one: in its record, and where it runs at
 * once. Errors: in Docker's words.
 */
int network_join(const struct store *store, const char *network, const char *container,
    const char *ip, const char *const *aliases, struct err *err);
int network_leave(
    const struct store *store, const char *network, const char *container, struct err *err);

#endif
