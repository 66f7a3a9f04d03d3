/* SPDX-License-Identifier: MIT */
/*
 * network_hosts: names. Members of a network find each other by the files /etc/hosts in them, whose
 * last part the engine writes anew as containers come and go.
 */
#ifndef ENGINE_NETWORK_HOSTS_H
#define ENGINE_NETWORK_HOSTS_H

#include "lease.h"

/*
 * Write the part of networks in the hosts file of each container that is in one of the networks
 * of `container` (with itself), from the leases, whose lock is held. That of the default network
 * has no names but a container's own (as Docker has it): `plain` is its ID.
 */
int network_hosts_write(const struct store *store, const struct leases *leases,
    const char *container, const char *plain, struct err *err);

/* The same for the members of one network, which a container has left. */
int network_hosts_tell(const struct store *store, const struct leases *leases, const char *network,
    const char *plain, struct err *err);

/*
 * Give a container another name in its leases, and write those and the files of its neighbours.
 * Aliases stay. Errors: there is no room for a name of this length.
 */
int network_hosts_rename(const struct store *store, struct leases *leases, const char *container,
    const char *name, const char *plain, struct err *err);

#endif
