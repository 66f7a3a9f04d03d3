// SPDX-License-Identifier: MIT
/*
 * A container has one way out: by the first of its networks that has one (network_take.c), and its
 * published ports lead there. When that network goes, another takes both over, and when there is
 * none, the ports lead nowhere until one comes.
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
#include "network_take.h"

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

static bool has_ports(const struct leases *leases, const char *id)
{
    for (size_t i = 0; i < leases->count; i++) {
        if (leases->items[i].kind == LEASE_PORT && strcmp(leases->items[i].container, id) == 0)
            return true;
    }
    return false;
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

/* Where the container has none yet. */
static int give_way_out(const struct store *store, struct leases *leases, const char *id,
    int inside, const struct taken_endpoint *end, struct err *err)
{
    if (end->internal)
        return 0;
    if (link_set_gateway(inside, link_index(inside, end->lease.link), end->gateway, err) < 0)
        return err->code == EEXIST ? 0 : -1;
    if (!network_ports_lead(leases, id, NULL, end->lease.ip))
        return 0;
    return leases_save(leases, err) < 0 ? -1
                                        : network_ports_open(store, leases, id, end->bridge, err);
}

int network_plug_in(const struct store *store, struct leases *leases, const struct record *record,
    const struct record_network *asked, pid_t pid, struct err *err)
{
    struct taken_endpoint end;
    cleanup_close int rtnl = -1, inside = -1;
    char cable[16], plain[STORE_ID + 1];
    struct err ignored;

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || link_open_inside(pid, &inside, err) < 0 ||
        network_take_endpoint(store, leases, rtnl, record, asked, pid,
            free_number(leases, record->id), &end, err) < 0 ||
        leases_save(leases, err) < 0)
        return -1;
    network_cable_name(end.lease.ip, cable);
    network_plain_id(store, plain);
    if (link_add_cable(rtnl, cable, end.bridge, pid, end.lease.link, end.lease.mac, err) == 0 &&
        (!has_ports(leases, record->id) || link_reflect(rtnl, cable, err) == 0) &&
        link_configure(
            inside, link_index(inside, end.lease.link), end.lease.ip, end.prefix, NULL, err) == 0 &&
        give_way_out(store, leases, record->id, inside, &end, err) == 0)
        return network_hosts_write(store, leases, record->id, plain, err);
    network_ports_lead(leases, record->id, &end.lease.ip, (struct in_addr){0});
    leases_drop(leases, leases->count - 1);
    link_remove(rtnl, cable, &ignored);
    leases_save(leases, &ignored);
    return -1;
}

/* Which of its networks has the way out from now on; false: none. The caller frees *ret_network. */
static bool find_way_out(const struct store *store, const struct leases *leases, const char *id,
    struct lease *ret, struct network *ret_network)
{
    struct err ignored;

    memset(ret, 0, sizeof(*ret));
    memset(ret_network, 0, sizeof(*ret_network));
    for (size_t i = 0; i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        if (l->kind != LEASE_ADDRESS || strcmp(l->container, id) != 0)
            continue;
        if (network_find(store, l->network, ret_network, &ignored) == 0 && !ret_network->internal) {
            *ret = *l;
            return true;
        }
        network_free(ret_network);
    }
    return false;
}

/* The cable that had the way out takes it along; that another had it is no error. */
static int pass_way_out(
    const struct lease *next, const struct network *network, pid_t pid, struct err *err)
{
    cleanup_close int inside = -1;

    if (link_open_inside(pid, &inside, err) < 0)
        return -1;
    return link_set_gateway(inside, link_index(inside, next->link), network->gateway, err) < 0 &&
                   err->code != EEXIST
               ? -1
               : 0;
}

/* The rules first, for ports that led to what goes. */
static int lead_away(const struct store *store, struct leases *leases, const char *id,
    struct in_addr gone, struct in_addr next, struct err *err)
{
    uint16_t udp[STATUS_PORTS];

    if (!network_ports_lead(leases, id, &gone, next) || !nat_is_there(store))
        return 0;
    if (nat_apply(store, leases, err) < 0)
        return -1;
    nat_forget(udp, network_ports_udp(leases, id, udp));
    return 0;
}

int network_plug_out(const struct store *store, struct leases *leases, const char *id,
    const struct lease *lease, struct err *err)
{
    struct lease gone = *lease, next;
    struct network network;
    cleanup_close int rtnl = -1;
    char cable[16], plain[STORE_ID + 1];
    int status = -1;

    network_cable_name(gone.ip, cable);
    network_plain_id(store, plain);
    leases_drop(leases, (size_t)(lease - leases->items));
    bool way = find_way_out(store, leases, id, &next, &network);
    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) == 0 &&
        lead_away(store, leases, id, gone.ip, next.ip, err) == 0 &&
        link_remove(rtnl, cable, err) == 0 &&
        (!way || pass_way_out(&next, &network, gone.pid, err) == 0) &&
        network_hosts_tell(store, leases, gone.network, plain, err) == 0 &&
        network_hosts_write(store, leases, id, plain, err) == 0)
        status = leases_save(leases, err);
    network_free(&network);
    return status;
}
