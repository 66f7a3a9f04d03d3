// SPDX-License-Identifier: MIT
/*
 * A port leads to the address by which its container has the way out. That one may go while the
 * container runs (`network disconnect`), and is given to somebody else: so the port must have left
 * it before.
 */
#include "network_ports.h"

#include "nat.h"
#include "nat_beside.h"

#include <string.h>

size_t network_ports_udp(
    const struct leases *leases, const char *id, uint16_t ret[static STATUS_PORTS])
{
    size_t count = 0;

    for (const struct lease *l = leases->items; l < leases->items + leases->count; l++) {
        if (l->kind == LEASE_PORT && strcmp(l->container, id) == 0 &&
            strcmp(l->protocol, "udp") == 0 && count < STATUS_PORTS)
            ret[count++] = (uint16_t)l->host_port;
    }
    return count;
}

/* nft runs anyhow: see, too, whether somebody's firewall has come since the bridge was made. */
int network_ports_open(const struct store *store, const struct leases *leases, const char *id,
    const char *bridge, struct err *err)
{
    uint16_t udp[STATUS_PORTS];

    if (nat_apply(store, leases, err) < 0)
        return -1;
    nat_forget(udp, network_ports_udp(leases, id, udp));
    return nat_beside_pass(bridge, err);
}

bool network_ports_lead(
    struct leases *leases, const char *id, const struct in_addr *from, struct in_addr to)
{
    bool any = false;

    for (struct lease *l = leases->items; l < leases->items + leases->count; l++) {
        if (l->kind != LEASE_PORT || strcmp(l->container, id) != 0 ||
            (from && l->ip.s_addr != from->s_addr))
            continue;
        l->ip = to;
        any = true;
    }
    return any;
}

void network_ports_forget(struct leases *leases, struct in_addr ip)
{
    for (size_t i = leases->count; i-- > 0;) {
        if (leases->items[i].kind == LEASE_PORT && leases->items[i].ip.s_addr == ip.s_addr)
            leases_drop(leases, i);
    }
}

size_t network_ports_count(const struct leases *leases)
{
    size_t count = 0;

    for (size_t i = 0; i < leases->count; i++)
        count += leases->items[i].kind == LEASE_PORT;
    return count;
}
