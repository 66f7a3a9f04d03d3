// SPDX-License-Identifier: MIT
/*
 * Which networks a record means, and what is taken in each. The one that --network named (or none:
 * bridge) comes first and has the way out; those that `network connect` added follow. Only on
 * networks that somebody made may one ask for an address or a further name: on the default one
 * nobody can rely on the subnet, and nobody is found by name.
 */
#include "network_take.h"

#include "nat.h"
#include "network_address.h"
#include "network_ports.h"
#include "network_up.h"
#include "ports.h"

#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void network_plain_id(const struct store *store, char ret[STORE_ID + 1])
{
    struct network network;
    struct err ignored;

    ret[0] = '\0';
    if (network_load(store, "bridge", &network, &ignored) == 0)
        snprintf(ret, STORE_ID + 1, "%s", network.id);
    network_free(&network);
}

static int load(const struct store *store, const char *name, struct network *ret, struct err *err)
{
    if (network_find(store, name, ret, err) == 0)
        return 0;
    if (err->code != ENOENT || !network_is_builtin(name))
        return -1;
    network_free(ret);
    return network_make_builtin(store, false, err) < 0 ? -1 : network_load(store, name, ret, err);
}

static int check_kind(
    const struct record_network *asked, const struct network *network, struct err *err)
{
    bool plain = strcmp(network->name, "bridge") == 0;

    if (network->ipam_count == 0)
        return err_refuse(err, EINVAL,
            "container cannot be connected to network %s: it is not a bridge", network->name);
    if (plain && asked->ip && asked->ip[0])
        return err_refuse(
            err, EINVAL, "user specified IP address is supported on user defined networks only");
    if (plain && asked->aliases && asked->aliases[0])
        return err_refuse(
            err, EINVAL, "network-scoped aliases are only supported for user-defined networks");
    return 0;
}

/* "web,www": the container's name and its further ones. */
static int join_names(const struct record *record, const struct record_network *asked,
    char ret[LEASE_NAMES], struct err *err)
{
    size_t length = (size_t)snprintf(ret, LEASE_NAMES, "%s", record->name);

    for (const char *const *alias = asked->aliases; alias && *alias; alias++) {
        if (strcspn(*alias, " \t\n\r,#") < strlen(*alias) || !**alias)
            return err_refuse(err, EINVAL, "invalid network alias '%s'", *alias);
        length += (size_t)snprintf(
            ret + length, length < LEASE_NAMES ? LEASE_NAMES - length : 0, ",%s", *alias);
        if (length >= LEASE_NAMES)
            return err_refuse(
                err, EINVAL, "too many network aliases: %d letters in all", LEASE_NAMES);
    }
    return 0;
}

int network_check_asked(const struct record *record, const struct record_network *asked,
    const struct network *network, struct err *err)
{
    char names[LEASE_NAMES];
    struct in_addr ip;

    if (check_kind(asked, network, err) < 0 || join_names(record, asked, names, err) < 0)
        return -1;
    return asked->ip && asked->ip[0] ? network_address_check(network, asked->ip, &ip, err) : 0;
}

static int take_in(const struct taker *taker, const struct network *network,
    const struct record_network *asked, unsigned number, struct taken_endpoint *ret,
    struct err *err)
{
    struct lease *lease = &ret->lease;

    lease->kind = LEASE_ADDRESS;
    lease->pid = taker->pid;
    lease->start_time = proc_start_time(taker->pid);
    snprintf(lease->container, sizeof(lease->container), "%s", taker->record->id);
    snprintf(lease->network, sizeof(lease->network), "%s", network->id);
    snprintf(lease->link, sizeof(lease->link), "eth%u", number);
    if (join_names(taker->record, asked, lease->names, err) < 0 ||
        network_address(taker->leases, taker->rtnl, network, asked->ip, &lease->ip, err) < 0)
        return -1;
    /* Docker's: from the address, so that it is known again when the address comes back */
    memcpy(lease->mac, "\x02\x42", 2);
    memcpy(lease->mac + 2, &lease->ip, 4);
    snprintf(ret->network, sizeof(ret->network), "%s", network->name);
    snprintf(ret->bridge, sizeof(ret->bridge), "%s", network->link);
    ret->gateway = network->gateway;
    ret->prefix = network->subnet.prefix;
    ret->mtu = network->mtu;
    ret->internal = network->internal;
    network_ports_forget(taker->leases, lease->ip); /* first: the new lease stays the last one */
    return leases_add(taker->leases, lease, err);
}

int network_take_endpoint(const struct taker *taker, const struct record_network *asked,
    unsigned number, struct taken_endpoint *ret, struct err *err)
{
    const struct store *store = taker->store;
    struct leases *leases = taker->leases;
    struct network network = {0};
    size_t ports = network_ports_count(leases);
    int status = -1;

    memset(ret, 0, sizeof(*ret));
    if (load(store, asked->name, &network, err) == 0 && check_kind(asked, &network, err) == 0 &&
        network_up(store, leases, taker->rtnl, &network, err) == 0)
        status = take_in(taker, &network, asked, number, ret, err);
    /* no rule for a killed container's port may lead to the one that has its address now */
    if (status == 0 && network_ports_count(leases) != ports && nat_is_there(store))
        status = nat_apply(store, leases, err);
    network_free(&network);
    return status;
}

static int allocated(
    const struct ports_wish *wish, unsigned port, const struct lease *holder, struct err *err)
{
    char ip[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &wish->host_ip, ip, sizeof(ip));
    err_refuse(err, EADDRINUSE, "Bind for %s:%u failed: port is already allocated", ip, port);
    return err_hint(
        err, "container %.12s publishes it -> another port, or end that one", holder->container);
}

/* The first port of the wish that is nobody's. */
static int take_port(
    struct leases *leases, const struct ports_wish *wish, struct lease *lease, struct err *err)
{
    int status = -1;

    for (unsigned port = wish->first; status < 0 && port <= wish->last; port++) {
        const struct lease *holder =
            port ? leases_find_port(leases, wish->protocol, wish->host_ip, port) : NULL;
        status = holder ? allocated(wish, port, holder, err)
                        : ports_hold(wish->protocol, wish->host_ip, port, &lease->host_port, err);
    }
    return status;
}

struct taking {
    const struct taker *taker;
    struct in_addr ip;
    struct status_port *ports;
    size_t *count;
};

static int add_port(const struct ports_wish *wish, void *arg, struct err *err)
{
    const struct taking *taking = arg;
    const struct taker *taker = taking->taker;
    struct lease lease = {.kind = LEASE_PORT,
        .pid = taker->pid,
        .start_time = proc_start_time(taker->pid),
        .ip = taking->ip,
        .port = wish->port};

    snprintf(lease.container, sizeof(lease.container), "%s", taker->record->id);
    lease.host_ip = wish->host_ip;
    strcpy(lease.protocol, wish->protocol);
    if (*taking->count == STATUS_PORTS)
        return err_refuse(err, EINVAL, "too many published ports: %d at most", STATUS_PORTS);
    if (take_port(taker->leases, wish, &lease, err) < 0)
        return -1;
    network_ports_show(&lease, &taking->ports[(*taking->count)++]);
    return leases_add(taker->leases, &lease, err);
}

int network_take_ports(const struct taker *taker, struct in_addr ip,
    struct status_port ret_ports[static STATUS_PORTS], size_t *ret_count, struct err *err)
{
    *ret_count = 0;
    return ports_each(
        taker->record, add_port, &(struct taking){taker, ip, ret_ports, ret_count}, err);
}

static void forget_old(struct leases *leases, const char *container)
{
    for (size_t i = leases->count; i-- > 0;) {
        if (strcmp(leases->items[i].container, container) == 0)
            leases_drop(leases, i);
    }
}

const struct record_network *network_first(const struct record *record)
{
    const char *mode = record->host.network_mode ?: "default";
    const struct record_network *first = record->networks_count ? record->networks : NULL;

    mode = strcmp(mode, "default") == 0 ? "bridge" : mode;
    for (size_t i = 0; i < record->networks_count; i++) {
        if (strcmp(record->networks[i].name, mode) == 0)
            first = &record->networks[i];
    }
    return first;
}

int network_take(const struct taker *taker, struct taken *ret, struct err *err)
{
    const struct record *record = taker->record;
    const struct record_network *all = record->networks, *first = network_first(record);
    size_t count = record->networks_count;

    forget_old(taker->leases, record->id);
    if (count > STATUS_ENDPOINTS)
        return err_refuse(
            err, EINVAL, "too many networks: a container has %d at most", STATUS_ENDPOINTS);
    for (size_t i = 0; i < count; i++) {
        const struct record_network *asked = &all[((size_t)(first - all) + i) % count];
        if (network_take_endpoint(taker, asked, (unsigned)i, &ret->endpoints[ret->count++], err) <
            0)
            return -1;
    }
    while (ret->way_out < count && ret->endpoints[ret->way_out].internal)
        ret->way_out++;
    network_plain_id(taker->store, ret->plain);
    if (ret->way_out == count) /* and no way in */
        return 0;
    return network_take_ports(
        taker, ret->endpoints[ret->way_out].lease.ip, ret->ports, &ret->ports_count, err);
}

void network_show_endpoint(const struct taken_endpoint *endpoint, struct status_endpoint *ret)
{
    const unsigned char *mac = endpoint->lease.mac;

    memset(ret, 0, sizeof(*ret));
    snprintf(ret->network, sizeof(ret->network), "%s", endpoint->network);
    inet_ntop(AF_INET, &endpoint->lease.ip, ret->ip, sizeof(ret->ip));
    if (!endpoint->internal)
        inet_ntop(AF_INET, &endpoint->gateway, ret->gateway, sizeof(ret->gateway));
    snprintf(ret->mac, sizeof(ret->mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
        mac[3], mac[4], mac[5]);
    ret->prefix = endpoint->prefix;
    strcpy(ret->link, endpoint->lease.link);
}
