// SPDX-License-Identifier: MIT
/*
 * `network connect` and disconnect. The record says which networks a container is in when it
 * starts; one that runs gets or loses a cable at once, as well. What `inspect` shows of a running
 * one is therefore asked of the leases, not of what its monitor wrote down at its start.
 */
#include "network_admin.h"

#include "engine/show/events.h"
#include "link.h"
#include "nat.h"
#include "network.h"
#include "network_address.h"
#include "network_hosts.h"
#include "network_take.h"

#include "cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A lease of the container, in one network or in any (NULL). */
static struct lease *find_lease(struct leases *leases, const char *id, const char *network)
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

/* A cable for a container that runs; `leases` has at least one of it. */
static int plug_in(const struct store *store, struct leases *leases, const struct record *record,
    const struct record_network *asked, pid_t pid, struct err *err)
{
    struct taken_endpoint end;
    cleanup_close int rtnl = -1, inside = -1;
    char cable[16], plain[STORE_ID + 1];

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || link_open_inside(pid, &inside, err) < 0 ||
        network_take_endpoint(store, leases, rtnl, record, asked, pid,
            free_number(leases, record->id), &end, err) < 0 ||
        leases_save(leases, err) < 0)
        return -1;
    network_cable_name(end.lease.ip, cable);
    network_plain_id(store, plain);
    if (link_add_cable(rtnl, cable, end.bridge, pid, end.lease.link, end.lease.mac, err) == 0 &&
        link_configure(
            inside, link_index(inside, end.lease.link), end.lease.ip, end.prefix, NULL, err) == 0)
        return network_hosts_write(store, leases, record->id, plain, err);
    leases_drop(leases, leases->count - 1);
    struct err ignored;
    leases_save(leases, &ignored);
    link_remove(rtnl, cable, &ignored);
    return -1;
}

static int check_mode(const struct record *record, struct err *err)
{
    const char *mode = record->host.network_mode ?: "";

    if (strncmp(mode, "container:", 10) == 0 || strcmp(mode, "host") == 0)
        return err_refuse(err, EINVAL,
            "container sharing network namespace with another container or host cannot be "
            "connected to any other network");
    if (strcmp(mode, "none") == 0)
        return err_refuse(err, EINVAL,
            "container cannot be connected to multiple networks with one of the networks in "
            "private (none) mode");
    return 0;
}

static const struct record_network *find_asked(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->networks_count; i++) {
        if (strcmp(record->networks[i].name, name) == 0)
            return &record->networks[i];
    }
    return NULL;
}

/* The record with one network more. */
static int join(const struct store *store, struct record *record, const struct network *network,
    const char *ip, const char *const *aliases, struct err *err)
{
    struct record_network asked = {.name = network->name, .ip = ip, .aliases = aliases};
    struct leases leases;
    size_t count = record->networks_count;

    if (check_mode(record, err) < 0)
        return -1;
    if (find_asked(record, network->name))
        return err_refuse(err, EEXIST, "endpoint with name %s already exists in network %s",
            record->name, network->name);
    cleanup_free struct record_network *more = calloc(count + 1, sizeof(*more));
    if (!more)
        return err_sys(err, "no memory");
    if (count > 0)
        memcpy(more, record->networks, count * sizeof(*more));
    more[count] = asked;
    int status = leases_open(store, &leases, err);
    const struct lease *running = status == 0 ? find_lease(&leases, record->id, NULL) : NULL;
    if (running)
        status = plug_in(store, &leases, record, &asked, running->pid, err);
    leases_close(&leases);
    record->networks = more;
    record->networks_count = count + 1;
    if (status == 0)
        status = record_replace(store, record, err);
    record->networks = NULL;
    return status;
}

/* With the cable that had the way out another must have it; that there is one is no error. */
static int pass_way_out(
    const struct store *store, struct leases *leases, const char *id, pid_t pid, struct err *err)
{
    const struct lease *next = find_lease(leases, id, NULL);
    struct network network = {0};
    cleanup_close int inside = -1;
    int status = 0;

    if (!next)
        return 0;
    if (network_find(store, next->network, &network, err) < 0 ||
        link_open_inside(pid, &inside, err) < 0)
        status = -1;
    else if (!network.internal)
        status = link_set_gateway(inside, link_index(inside, next->link), network.gateway, err);
    network_free(&network);
    return status < 0 && err->code != EEXIST ? -1 : 0;
}

static int unplug(const struct store *store, struct leases *leases, const char *id,
    const struct lease *lease, struct err *err)
{
    struct lease gone = *lease;
    cleanup_close int rtnl = -1;
    char cable[16], plain[STORE_ID + 1];

    network_cable_name(gone.ip, cable);
    network_plain_id(store, plain);
    leases_drop(leases, (size_t)(lease - leases->items));
    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0 || leases_save(leases, err) < 0 ||
        link_remove(rtnl, cable, err) < 0 || pass_way_out(store, leases, id, gone.pid, err) < 0 ||
        network_hosts_tell(store, leases, gone.network, plain, err) < 0)
        return -1;
    return network_hosts_write(store, leases, id, plain, err);
}

static int leave(const struct store *store, struct record *record, const struct network *network,
    struct err *err)
{
    const struct record_network *asked = find_asked(record, network->name);
    struct leases leases;
    size_t kept = 0;

    int status = leases_open(store, &leases, err);
    const struct lease *lease = status == 0 ? find_lease(&leases, record->id, network->id) : NULL;
    if (status == 0 && !asked && !lease)
        status = err_refuse(err, ENOENT, "container %s is not connected to network %s",
            record->name, network->name);
    if (status == 0 && lease)
        status = unplug(store, &leases, record->id, lease, err);
    leases_close(&leases);
    if (status < 0 || !asked)
        return status;
    cleanup_free struct record_network *less = calloc(record->networks_count, sizeof(*less));
    for (size_t i = 0; less && i < record->networks_count; i++) {
        if (&record->networks[i] != asked)
            less[kept++] = record->networks[i];
    }
    record->networks = less;
    record->networks_count = kept;
    status = less ? record_replace(store, record, err) : err_sys(err, "no memory");
    record->networks = NULL;
    return status;
}

/* Both commands: find the two, and change the container under its lock. */
static int change(const struct store *store, const char *network_word, const char *container,
    bool joins, const char *ip, const char *const *aliases, struct err *err)
{
    struct network network = {0};
    struct record record = {0};
    cleanup_close int lock = -1;
    char id[STORE_ID + 1];
    int status = -1;

    if (network_find(store, network_word, &network, err) == 0 &&
        record_find(store, container, id, err) == 0 && record_lock(store, id, &lock, err) == 0 &&
        record_load(store, id, &record, err) == 0)
        status = joins ? join(store, &record, &network, ip, aliases, err)
                       : leave(store, &record, &network, err);
    if (status == 0) {
        const struct event_attribute more[] = {
            {"container", id}, {"name", network.name}, {"type", "bridge"}, {0}};
        event_add(store, "network", joins ? "connect" : "disconnect", network.id, more);
    }
    record_free(&record);
    network_free(&network);
    return status;
}

int network_join(const struct store *store, const char *network, const char *container,
    const char *ip, const char *const *aliases, struct err *err)
{
    return change(store, network, container, true, ip, aliases, err);
}

int network_leave(
    const struct store *store, const char *network, const char *container, struct err *err)
{
    return change(store, network, container, false, NULL, NULL, err);
}

int network_ask(const struct store *store, const char *id, struct status *status, struct err *err)
{
    struct leases leases;

    if (leases_open(store, &leases, err) < 0)
        return leases_close(&leases), -1;
    size_t count = 0;
    for (size_t i = 0; i < leases.count && count < STATUS_ENDPOINTS; i++) {
        const struct lease *l = &leases.items[i];
        struct taken_endpoint end = {.lease = *l};
        struct network network = {0};
        if (l->kind != LEASE_ADDRESS || strcmp(l->container, id) != 0)
            continue;
        if (network_find(store, l->network, &network, err) == 0) {
            snprintf(end.network, sizeof(end.network), "%s", network.name);
            end.gateway = network.gateway;
            end.prefix = network.subnet.prefix;
            end.internal = network.internal;
            network_show_endpoint(&end, &status->endpoints[count++]);
        }
        network_free(&network);
    }
    if (count > 0)
        status->endpoints_count = count;
    leases_close(&leases);
    return 0;
}
