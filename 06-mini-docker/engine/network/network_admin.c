// SPDX-License-Identifier: MIT
/*
 * `network create`, rm, ls and inspect. A network is in use while a lease of a live process says
 * so; containers that do not run are in no network, and do not keep one from being removed, as
 * Docker has it.
 */
#include "network_admin.h"

#include "engine/show/events.h"
#include "link.h"
#include "nat.h"
#include "network_up.h"

#include "runtime/json_write.h"

#include "cleanup.h"
#include "host.h"
#include "proc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_event(
    const struct store *store, const char *action, const char *id, const char *name)
{
    const struct event_attribute more[] = {{"name", name}, {"type", "bridge"}, {0}};

    event_add(store, "network", action, id, more);
}

int network_add(const struct store *store, const struct network *asked, char ret_id[STORE_ID + 1],
    struct err *err)
{
    struct leases leases;
    int status = -1;

    if (leases_open(store, &leases, err) == 0 && network_make_builtin(store, false, err) == 0)
        status = network_create(store, asked, ret_id, err);
    leases_close(&leases);
    if (status == 0)
        tell_event(store, "create", ret_id, asked->name);
    return status;
}

size_t network_members(const struct leases *leases, const struct network *network)
{
    size_t count = 0;

    for (size_t i = 0; i < leases->count; i++)
        count += leases->items[i].kind == LEASE_ADDRESS &&
                 strcmp(leases->items[i].network, network->id) == 0 &&
                 lease_is_alive(&leases->items[i]);
    return count;
}

/* Its link goes after its file, so that rules written in between are without it. */
static int remove_from_host(const struct store *store, const struct leases *leases,
    const struct network *network, struct err *err)
{
    cleanup_close int rtnl = -1;

    if (!host_owns_network())
        return 0;
    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0)
        return -1;
    if (!link_index(rtnl, network->link))
        return 0;
    if (network_down(store, rtnl, network, err) < 0)
        return -1;
    return nat_is_there(store) ? nat_apply(store, leases, err) : 0;
}

static int remove_one(const struct store *store, struct leases *leases,
    const struct network *network, struct err *err)
{
    if (network_is_builtin(network->name))
        return err_refuse(
            err, EPERM, "%s is a pre-defined network and cannot be removed", network->name);
    if (network_members(leases, network) > 0) {
        err_refuse(err, EBUSY,
            "error while removing network: network %s id %s has active endpoints", network->name,
            network->id);
        return err_hint(err,
            "containers are in it -> network inspect %s; network disconnect, or "
            "stop them",
            network->name);
    }
    if (network_forget(store, network->name, err) < 0)
        return -1;
    return remove_from_host(store, leases, network, err);
}

int network_remove(const struct store *store, const char *word, struct err *err)
{
    struct network network = {0};
    struct leases leases;
    int status = -1;

    if (leases_open(store, &leases, err) == 0 && network_make_builtin(store, false, err) == 0 &&
        network_find(store, word, &network, err) == 0)
        status = remove_one(store, &leases, &network, err);
    leases_close(&leases);
    if (status == 0)
        tell_event(store, "destroy", network.id, network.name);
    network_free(&network);
    return status;
}

/* And what engines left whose roots are gone. */
static int sweep(struct err *err)
{
    cleanup_close int rtnl = -1, lock = -1;

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || network_lock_host(&lock, err) < 0)
        return -1;
    network_sweep(rtnl);
    return nat_sweep(rtnl, err);
}

int network_rest(const struct store *store, struct err *err)
{
    struct network network = {0};
    struct leases leases;
    int status = leases_open(store, &leases, err);

    if (status == 0)
        status = network_make_builtin(store, false, err);
    if (status == 0)
        status = network_load(store, "bridge", &network, err);
    if (status == 0 && network_members(&leases, &network) == 0)
        status = remove_from_host(store, &leases, &network, err);
    if (status == 0 && host_owns_network() && proc_in_path("nft"))
        status = sweep(err);
    leases_close(&leases);
    network_free(&network);
    return status;
}

int network_all(const struct store *store, struct network_list *ret, struct err *err)
{
    struct leases leases;
    int status = leases_open(store, &leases, err);

    *ret = (struct network_list){0};
    if (status == 0)
        status = network_make_builtin(store, false, err);
    if (status == 0)
        status = network_list(store, ret, err);
    leases_close(&leases);
    return status;
}

/* The texts of one member, in the memory of the network. */
static void fill_member(
    struct network_member *member, const struct lease *lease, const struct network *network)
{
    char ip[INET_ADDRSTRLEN], endpoint[STORE_ID + 1], *text;
    const unsigned char *m = lease->mac;

    inet_ntop(AF_INET, &lease->ip, ip, sizeof(ip));
    member->id = lease->container;
    member->name = strndup(lease->names, strcspn(lease->names, ","));
    network_endpoint_id(lease->container, network->id, endpoint);
    member->endpoint = strdup(endpoint);
    member->mac =
        asprintf(&text, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]) < 0
            ? ""
            : text;
    member->ipv4 = asprintf(&text, "%s/%u", ip, network->subnet.prefix) < 0 ? "" : text;
}

static void free_members(struct network_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((char *)members[i].name);
        free((char *)members[i].endpoint);
        free((char *)members[i].mac);
        free((char *)members[i].ipv4);
    }
    free(members);
}

struct json_object *network_json(
    const struct store *store, struct network *network, struct err *err)
{
    struct json_object *object = NULL;
    struct network_member *members;
    struct leases leases;

    if (leases_open(store, &leases, err) < 0)
        return NULL;
    members = calloc(leases.count + 1, sizeof(*members));
    network->members = members;
    network->members_count = 0;
    for (size_t i = 0; members && i < leases.count; i++) {
        const struct lease *l = &leases.items[i];
        if (l->kind == LEASE_ADDRESS && strcmp(l->network, network->id) == 0 && lease_is_alive(l))
            fill_member(&members[network->members_count++], l, network);
    }
    if (members)
        object = json_write(&NETWORK_TABLE, network, JSON_WRITE_ALL);
    if (!object)
        err_sys(err, "no memory");
    free_members(members, network->members_count);
    network->members = NULL;
    leases_close(&leases);
    return object;
}
