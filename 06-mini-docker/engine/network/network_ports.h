/* SPDX-License-Identifier: MIT */
/* network_ports: the published ports of one container among the leases, whose lock is held. */
#ifndef ENGINE_NETWORK_PORTS_H
#define ENGINE_NETWORK_PORTS_H

#include "engine/store/status.h"
#include "lease.h"

/* The ports of the host where a container's datagrams arrive, for nat_forget. Returns how many. */
size_t network_ports_udp(
    const struct leases *leases, const char *id, uint16_t ret[static STATUS_PORTS]);

/* The rules as the leases have it now, for a container whose ports lead to an address of `bridge`.
 * Errors: nat_apply's. */
int network_ports_open(const struct store *store, const struct leases *leases, const char *id,
    const char *bridge, struct err *err);

/*
 * Have those that lead to the address `from` (NULL: all) lead to `to`. Saving and the rules are the
 * caller's. True: there are any.
 */
bool network_ports_lead(
    struct leases *leases, const char *id, const struct in_addr *from, struct in_addr to);

/* Take out those that lead to an address that is given anew, since their container was killed, or
 * that was a container's last way. True: there were any. */
bool network_ports_forget(struct leases *leases, struct in_addr ip);

/* As `inspect` shows it. */
void network_ports_show(const struct lease *lease, struct status_port *ret);

/* How many there are, of all containers. */
size_t network_ports_count(const struct leases *leases);

#endif
