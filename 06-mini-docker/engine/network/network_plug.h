/* SPDX-License-Identifier: MIT */
/* network_plug: a cable more, or one less, for a container that runs. The leases' lock is held. */
#ifndef ENGINE_NETWORK_PLUG_H
#define ENGINE_NETWORK_PLUG_H

#include "engine/store/record.h"
#include "lease.h"

/* A lease of the container whose process lives, in one network (its ID) or in any (NULL). */
struct lease *network_plug_find(struct leases *leases, const char *id, const char *network);

/* `pid`: its first process. After an error it is as it was. */
int network_plug_in(const struct store *store, struct leases *leases, const struct record *record,
    const struct record_network *asked, pid_t pid, struct err *err);

/* `lease` is one of `leases`. */
int network_plug_out(const struct store *store, struct leases *leases, const char *id,
    const struct lease *lease, struct err *err);

#endif
