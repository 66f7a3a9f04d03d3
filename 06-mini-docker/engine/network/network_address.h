/* SPDX-License-Identifier: MIT */
/* network_address: an address for a container, in one network. */
#ifndef ENGINE_NETWORK_ADDRESS_H
#define ENGINE_NETWORK_ADDRESS_H

#include "lease.h"
#include "network_store.h"

/* The host's end of the cable to an address: "mdv" and the address in hexadecimal. */
void network_cable_name(struct in_addr ip, char ret[16]);

/* Read an address that is asked for; it must be one of the network's. Errors: Docker's words. */
int network_address_check(
    const struct network *network, const char *wanted, struct in_addr *ret, struct err *err);

/*
 * The lowest address that nobody has, or the one that is asked for (`wanted`, or NULL). The lock is
 * held; the caller adds the lease. `rtnl`: a socket of the host's, to see whose cables are still
 * there. Errors: Docker's words.
 */
int network_address(struct leases *leases, int rtnl, const struct network *network,
    const char *wanted, struct in_addr *ret, struct err *err);

#endif
