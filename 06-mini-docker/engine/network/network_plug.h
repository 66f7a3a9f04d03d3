/* SPDX-License-Identifier: MIT */
/* network_plug: the cables of a container: those that it starts with, one more, one less. */
#ifndef ENGINE_NETWORK_PLUG_H
#define ENGINE_NETWORK_PLUG_H

#include "engine/store/record.h"
#include "network_take.h"

/* A lease of the container whose process lives, in one network (its ID) or in any (NULL). */
struct lease *network_plug_find(struct leases *leases, const char *id, const char *network);

/*
 * The cable to one address, whose other end is in the process of its lease; `rtnl` and `inside` are
 * sockets here and there (link.h). `has_ports`: the container may come to itself by a port that it
 * publishes. `way_out`: its default route leads there, unless the network is internal. After an
 * error the link may be there.
 */
int network_plug_cable(int rtnl, int inside, const struct taken_endpoint *end, bool has_ports,
    bool way_out, struct err *err);

/* One more for a container that runs; the leases' lock is held. `pid`: its first process. After an
 * error it is as it was. */
int network_plug_in(const struct store *store, struct leases *leases, const struct record *record,
    const struct record_network *asked, pid_t pid, struct err *err);

/* One less; likewise. `lease` is one of `leases`. */
int network_plug_out(const struct store *store, struct leases *leases, const char *id,
    const struct lease *lease, struct err *err);

#endif
