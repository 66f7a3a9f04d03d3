/* SPDX-License-Identifier: MIT */
/* network_up: a network's bridge and rules on the host: there when a container needs them. */
#ifndef ENGINE_NETWORK_UP_H
#define ENGINE_NETWORK_UP_H

#include "lease.h"
#include "network_store.h"

/*
 * See that the bridge of the network is there, with its address, and the table of rules; make what
 * is missing, as after a boot. Costs 30 us where all is there. `rtnl`: a socket of the host's. The
 * lock of the networks is held (`leases`); the network may be given another subnet, when it is
 * the default one and the host has found another use for the old one.
 */
int network_up(const struct store *store, const struct leases *leases, int rtnl,
    struct network *network, struct err *err);

/* Take the bridge away, and with the last of our bridges the rules too. The lock is held. */
int network_down(
    const struct store *store, int rtnl, const struct network *network, struct err *err);

/* The same of all networks; nobody is in them. Also when the root itself is gone. */
int network_down_all(const struct store *store, struct err *err);

/* Take away the bridges, with their rules, that are nobody's by now. The host's lock is held. */
void network_sweep(int rtnl);

/*
 * Only one engine at a time in this network namespace makes or removes bridges; the caller closes
 * the socket. The lock of the networks is taken before it.
 */
int network_lock_host(int *ret_socket, struct err *err);

#endif
