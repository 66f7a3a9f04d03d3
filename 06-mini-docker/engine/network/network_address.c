// SPDX-License-Identifier: MIT
/*
 * The lowest free address, as Docker gives it: the first container has .2. When one has ended, the
 * kernel takes its namespace apart in its own time, and as long as the cable's end is there, that
 * address answers; so an address whose cable is there is taken, though its lease is gone. One
 * that was asked for by name cannot be another: there the old cable is removed, which takes
 * 15 ms.
 */
#include "network_address.h"

#include "link.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void network_cable_name(struct in_addr ip, char ret[16])
{
    snprintf(ret, 16, "mdv%08x", ntohl(ip.s_addr));
}

int network_address_check(
    const struct network *network, const char *wanted, struct in_addr *ret, struct err *err)
{
    if (inet_pton(AF_INET, wanted, ret) != 1)
        return err_refuse(err, EINVAL, "invalid IPv4 address: %s", wanted);
    if (subnet_has(&network->subnet, *ret))
        return 0;
    err_refuse(err, EINVAL,
        "invalid address %s: It does not belong to any of this network's subnets", wanted);
    return err_hint(
        err, "network %s has %s -> an --ip in there", network->name, network->ipam->subnet);
}

static int take_wanted(struct leases *leases, int rtnl, const struct network *network,
    const char *wanted, struct in_addr *ret, struct err *err)
{
    char cable[16];

    if (network_address_check(network, wanted, ret, err) < 0)
        return -1;
    struct lease *holder = leases_find_address(leases, network->id, *ret);
    if (holder) {
        err_refuse(err, EADDRINUSE, "Address already in use");
        return err_hint(err, "container %.12s has %s -> another --ip, or end that one",
            holder->container, wanted);
    }
    if (ret->s_addr == network->gateway.s_addr || !subnet_is_inner(&network->subnet, *ret)) {
        err_refuse(err, EADDRINUSE, "Address already in use");
        return err_hint(err, "%s is the gateway's, or the first or last of %s -> another --ip",
            wanted, network->ipam->subnet);
    }
    network_cable_name(*ret, cable);
    return link_index(rtnl, cable) ? link_remove(rtnl, cable, err) : 0;
}

/* Which of the first `count` addresses of the range have leases. The caller frees it. */
static bool *mark_taken(const struct leases *leases, const struct network *network, uint32_t count)
{
    bool *taken = calloc(count, sizeof(*taken));
    uint32_t base = ntohl(network->range.base.s_addr);

    for (size_t i = 0; taken && i < leases->count; i++) {
        const struct lease *l = &leases->items[i];
        uint32_t n = ntohl(l->ip.s_addr) - base;
        if (l->kind == LEASE_ADDRESS && n < count && strcmp(l->network, network->id) == 0)
            taken[n] = true;
    }
    return taken;
}

static bool find_free(const struct leases *leases, int rtnl, const struct network *network,
    struct in_addr *ret, struct err *err)
{
    enum { DYING = 256 }; /* cables of those that have just ended, at most */
    uint64_t all = subnet_size(&network->range);
    char cable[16];

    /* three of the range are nobody's, at most: the first and last of the subnet, the gateway */
    uint32_t count = (uint32_t)(all > leases->count + DYING ? leases->count + DYING : all);
    cleanup_free bool *taken = mark_taken(leases, network, count);
    if (!taken)
        return err_sys(err, "no memory"), false;
    for (uint32_t n = 0; n < count; n++) {
        *ret = subnet_address(&network->range, n);
        network_cable_name(*ret, cable);
        if (!taken[n] && ret->s_addr != network->gateway.s_addr &&
            subnet_is_inner(&network->subnet, *ret) && !link_index(rtnl, cable))
            return true;
    }
    err_refuse(err, ENOSPC, "no available IPv4 addresses on this network's address pools: %s (%s)",
        network->name, network->id);
    err_hint(err,
        "containers have all addresses of %s -> end some, or a network with a larger "
        "--subnet",
        network->ipam->range ?: network->ipam->subnet);
    return false;
}

int network_address(struct leases *leases, int rtnl, const struct network *network,
    const char *wanted, struct in_addr *ret, struct err *err)
{
    if (wanted && wanted[0])
        return take_wanted(leases, rtnl, network, wanted, ret, err);
    if (find_free(leases, rtnl, network, ret, err))
        return 0;
    /* some may be held by what was killed */
    return leases_sweep(leases) && find_free(leases, rtnl, network, ret, err) ? 0 : -1;
}
