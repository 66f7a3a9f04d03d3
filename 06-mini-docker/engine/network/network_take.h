/* SPDX-License-Identifier: MIT */
/* network_take: what a container takes from its networks, under their lock. */
#ifndef ENGINE_NETWORK_TAKE_H
#define ENGINE_NETWORK_TAKE_H

#include "engine/store/status.h"
#include "lease.h"
#include "network_store.h"

/* One address, and what its cable needs to know of the network. */
struct taken_endpoint {
    struct lease lease;
    char network[64]; /* its name */
    char bridge[16];
    struct in_addr gateway;
    unsigned prefix, mtu;
    bool internal;
};

struct taken {
    struct taken_endpoint endpoints[STATUS_ENDPOINTS];
    size_t count;
    size_t way_out; /* which of them has it: the first whose network has one; `count`: none */
    struct status_port ports[STATUS_PORTS];
    size_t ports_count;
    char plain[STORE_ID + 1]; /* the ID of the default network, where there are no names */
};

/* Who takes: a container, for its first process. */
struct taker {
    const struct store *store;
    struct leases *leases; /* their lock is held; saving them is the caller's */
    int rtnl;              /* a socket of the host's */
    const struct record *record;
    pid_t pid;
};

/*
 * Choose an address in each network of the record, ports for what it publishes, and add the leases.
 * Networks are set up first (network_up). Ports are held (ports.h). What the container still has of
 * an earlier life goes.
 */
int network_take(const struct taker *taker, struct taken *ret, struct err *err);

/* The network that comes first: --network's, or, where the container has left that, the first of
 * those that it is in. NULL: it has left all. */
const struct record_network *network_first(const struct record *record);

/* May the container be in that network with this address and these names? Errors: Docker's words.
 */
int network_check_asked(const struct record *record, const struct record_network *asked,
    const struct network *network, struct err *err);

/* One endpoint: of `connect`, for a container that runs. `number`: of its links, "eth1". */
int network_take_endpoint(const struct taker *taker, const struct record_network *asked,
    unsigned number, struct taken_endpoint *ret, struct err *err);

/* Ports for what the record publishes, which lead to `ip`: held by this process, shown in
 * *ret_ports, and their leases added. */
int network_take_ports(const struct taker *taker, struct in_addr ip,
    struct status_port ret_ports[static STATUS_PORTS], size_t *ret_count, struct err *err);

/* The ID of the network "bridge", "" when there is none yet. */
void network_plain_id(const struct store *store, char ret[STORE_ID + 1]);

/* As `inspect` shows it. */
void network_show_endpoint(const struct taken_endpoint *endpoint, struct status_endpoint *ret);

#endif
