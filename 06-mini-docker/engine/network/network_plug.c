// SPDX-License-Identifier: MIT
/*
 * A container has one way out: by the first of its networks that has one (network_take.c), and its
 * published ports lead there. When that network goes, another takes both over, and when there is
 * none, the ports are nobody's until one comes (so it is with Docker).
 *
 * The lease of an address is written before anything is made, and goes after all that was: so the
 * address is nobody else's meanwhile, and a command that was killed half way is done by its
 * repetition.
 */
#include "network_plug.h"

#include "link.h"
#include "nat.h"
#include "network_address.h"
#include "network_hosts.h"
#include "network_ports.h"
#include "ports.h"

#include "cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct lease *network_plug_find(struct leases *leases, const char *id, const char *network)
{
    for (size_t i = 0; i < leases->count; i++) {
        struct lease *l = &leases->items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->container, id) == 0 &&
            (!network || strcmp(l->network, network) == 0) && lease_is_alive(l))
            return l;
    }
    return NULL;
}

/* The first number that none of its links has. */
static unsigned free_number(const struct leases *leases, const char *id)
{
    for (unsigned number = 0;; number++) {
        char name[16];
        bool taken = false;
        snprintf(name, sizeof(name), "eth%u", number);
        for (size_t i = 0; i < leases->count; i++)
            taken |= strcmp(leases->items[i].container, id) == 0 &&
                     strcmp(leases->items[i].link, name) == 0;
        if (!taken)
            return number;
    }
}

/* The published ports are taken anew, as at a start: meanwhile they were anybody's. */
static int open_ports(const struct taker *taker, const struct taken_endpoint *end, struct err *err)
{
    struct status_port ports[STATUS_PORTS];
    const char *id = taker->record->id;
    size_t count;

    if (!network_ports_lead(taker->leases, id, NULL, end->lease.ip) &&
        network_take_ports(taker, end->lease.ip, ports, &count, err) < 0)
        return -1;
    return leases_save(taker->leases, err) < 0
               ? -1
               : network_ports_open(taker->store, taker->leases, id, end->bridge, err);
}

/* Where the container has none yet. */
static int give_way_out(
    const struct taker *taker, int inside, const struct taken_endpoint *end, struct err *err)
{
    if (end->internal)
        return 0;
    if (link_set_gateway(inside, link_index(inside, end->lease.link), end->gateway, err) < 0)
        return err->code == EEXIST ? 0 : -1;
    return ports_wanted(taker->record) ? open_ports(taker, end, err) : 0;
}

/* The rules first, for ports that led to what goes; to 0.0.0.0: they are nobody's then. */
static int lead_away(const struct store *store, struct leases *leases, const char *id,
    struct in_addr gone, struct in_addr next, struct err *err)
{
    uint16_t udp[STATUS_PORTS];
    size_t count = network_ports_udp(leases, id, udp);
    bool any = next.s_addr == INADDR_ANY ? network_ports_forget(leases, gone)
                                         : network_ports_lead(leases, id, &gone, next);

    if (!any || !nat_is_there(store))
        return 0;
    if (nat_apply(store, leases, err) < 0)
        return -1;
    nat_forget(udp, count);
    return 0;
}

/* What network_plug_in had made when it failed. */
static void take_back(
    const struct store *store, struct leases *leases, int rtnl, const struct taken_endpoint *end)
{
    struct err ignored;
    char cable[16];

    lead_away(store, leases, end->lease.container, end->lease.ip, (struct in_addr){0}, &ignored);
    const struct lease *l = network_plug_find(leases, end->lease.container, end->lease.network);
    if (l)
        leases_drop(leases, (size_t)(l - leases->items));
    network_cable_name(end->lease.ip, cable);
    link_remove(rtnl, cable, &ignored);
    leases_save(leases, &ignored);
}

int network_plug_cable(int rtnl, int inside, const struct taken_endpoint *end, bool has_ports,
    bool way_out, struct err *err)
{
    const struct lease *lease = &end->lease;
    char cable[16];

    network_cable_name(lease->ip, cable);
    if (link_add_cable(
            rtnl, cable, end->bridge, lease->pid, lease->link, lease->mac, end->mtu, err) < 0 ||
        (has_ports && link_reflect(rtnl, cable, err) < 0))
        return -1;
    return link_configure(inside, link_index(inside, lease->link), lease->ip, end->prefix,
        way_out && !end->internal ? &end->gateway : NULL, err);
}

int network_plug_in(const struct store *store, struct leases *leases, const struct record *record,
    const struct record_network *asked, pid_t pid, struct err *err)
{
    struct taken_endpoint end;
    cleanup_close int rtnl = -1, inside = -1;
    char plain[STORE_ID + 1];

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || link_open_inside(pid, &inside, err) < 0)
        return -1;
    struct taker taker = {store, leases, rtnl, record, pid};
    if (network_take_endpoint(&taker, asked, free_number(leases, record->id), &end, err) < 0 ||
        leases_save(leases, err) < 0)
        return -1;
    network_plain_id(store, plain);
    bool made = network_plug_cable(rtnl, inside, &end, ports_wanted(record), false, err) == 0 &&
                give_way_out(&taker, inside, &end, err) == 0;
    ports_release(); /* the monitor holds them: network_listen */
    if (made)
        return network_hosts_write(store, leases, record->id, plain, err);
    take_back(store, leases, rtnl, &end);
    return -1;
}

/*
 * Which of its networks has the way out from now on; false: none. The caller frees *ret_network. A
 * cable that is not up was left half by a command that was killed (link_configure).
 */
static bool find_way_out(const struct store *store, const struct leases *leases, const char *id,
    int inside, struct lease *ret, struct network *ret_network)
{
    struct err ignored;

    memset(ret, 0, sizeof(*ret));
    memset(ret_network, 0, sizeof(*ret_network));
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind != LEASE_ADDRESS || strcmp(l->container, id) != 0 ||
            !link_is_up(inside, l->link))
            continue;
        if (network_find(store, l->network, ret_network, &ignored) == 0 && !ret_network->internal) {
            *ret = *l;
            return true;
        }
        network_free(ret_network);
    }
    return false;
}

int network_plug_out(const struct store *store, struct leases *leases, const char *id,
    const struct lease *lease, struct err *err)
{
    struct lease gone = *lease, next;
    struct network network;
    cleanup_close int rtnl = -1, inside = -1;
    char cable[16], plain[STORE_ID + 1];
    int status = -1;

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || link_open_inside(gone.pid, &inside, err) < 0)
        return -1;
    network_cable_name(gone.ip, cable);
    network_plain_id(store, plain);
    leases_drop(leases, (size_t)(lease - leases->items));
    bool way = find_way_out(store, leases, id, inside, &next, &network);
    if (lead_away(store, leases, id, gone.ip, next.ip, err) == 0 &&
        link_remove(rtnl, cable, err) == 0 &&
        /* that another has the way out already is no error */
        (!way ||
            link_set_gateway(inside, link_index(inside, next.link), network.gateway, err) == 0 ||
            err->code == EEXIST) &&
        network_hosts_tell(store, leases, gone.network, plain, err) == 0 &&
        network_hosts_write(store, leases, id, plain, err) == 0)
        status = leases_save(leases, err);
    network_free(&network);
    return status;
}
