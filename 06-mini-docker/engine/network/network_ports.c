// SPDX-License-Identifier: MIT
/*
 * A port leads to the address by which its container has the way out. That one may go while the
 * container runs (`network disconnect`), and is given to somebody else: so the port must have left
 * it before.
 */
#include "network_ports.h"

#include "nat.h"
#include "nat_beside.h"
#include "network.h"
#include "ports.h"

#include <arpa/inet.h>
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

/* How many the container has. */
static size_t count_of(const struct leases *leases, const char *id)
{
    size_t count = 0;

    for (const struct lease *l = leases->items; l < leases->items + leases->count; l++)
        count += l->kind == LEASE_PORT && strcmp(l->container, id) == 0;
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

bool network_ports_forget(struct leases *leases, struct in_addr ip)
{
    size_t before = leases->count;

    for (size_t i = leases->count; i-- > 0;) {
        if (leases->items[i].kind == LEASE_PORT && leases->items[i].ip.s_addr == ip.s_addr)
            leases_drop(leases, i);
    }
    return leases->count != before;
}

void network_ports_show(const struct lease *lease, struct status_port *ret)
{
    memset(ret, 0, sizeof(*ret));
    inet_ntop(AF_INET, &lease->host_ip, ret->host_ip, sizeof(ret->host_ip));
    ret->host_port = lease->host_port;
    ret->port = lease->port;
    snprintf(ret->protocol, sizeof(ret->protocol), "%s", lease->protocol);
}

/* All have gone, or come: between the two the monitor is told. */
bool network_listen(const struct store *store, const char *id, struct status *status)
{
    struct leases leases;
    struct err ignored;
    size_t count = 0;

    bool fits =
        leases_open(store, &leases, &ignored) < 0 || count_of(&leases, id) == status->ports_count;
    if (!fits)
        ports_release();
    for (const struct lease *l = leases.items; !fits && l < leases.items + leases.count; l++) {
        if (l->kind != LEASE_PORT || strcmp(l->container, id) != 0)
            continue;
        /* who got it since `connect` gave it back hears nothing there */
        ports_hold(l->protocol, l->host_ip, l->host_port, &(unsigned){0}, &ignored);
        network_ports_show(l, &status->ports[count++]);
    }
    leases_close(&leases);
    if (!fits)
        status->ports_count = count;
    return !fits;
}

size_t network_ports_count(const struct leases *leases)
{
    size_t count = 0;

    for (size_t i = 0; i < leases->count; i++)
        count += leases->items[i].kind == LEASE_PORT;
    return count;
}
