// SPDX-License-Identifier: MIT
/*
 * A container gets its place in networks in two steps. First, under the lock of the networks, all
 * that can be taken by somebody else: the addresses, the ports, the names; written down before
 * anything is made. Then, without the lock, its cables, which are its own.
 *
 *     leases   address 172.17.0.2, port 8080          lease.h
 *     rules    the table, if ports are published      nat.h
 *     hosts    in every member of its networks        network_hosts.h
 *     cables   mdvac110002 in mdocker0 -- eth0        network_plug.h
 *
 * On the default network a plain container pays for a line in a file and for its cable. When it
 * ends, the kernel removes the cable with its namespace; what is given back here is the line.
 */
#include "network.h"

#include "lease.h"
#include "link.h"
#include "nat.h"
#include "network_hosts.h"
#include "network_note.h"
#include "network_plug.h"
#include "network_ports.h"
#include "network_rootless.h"
#include "network_up.h"
#include "ports.h"

#include "cleanup.h"
#include "fsio.h"
#include "host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Its namespace is another's, or stays empty. Who was made with `none` can have left that since. */
static bool is_without(const struct record *record)
{
    const char *mode = record->host.network_mode ?: "default";

    if (strcmp(mode, "none") == 0)
        return record->networks_count == 0 || strcmp(record->networks[0].name, "none") == 0;
    return strcmp(mode, "host") == 0 || strncmp(mode, "container:", 10) == 0 ||
           strncmp(mode, "ns:", 3) == 0;
}

static int lay_cables(int rtnl, const struct taken *taken, pid_t pid, struct err *err)
{
    cleanup_close int inside = -1;

    if (taken->count > 0 && link_open_inside(pid, &inside, err) < 0)
        return -1;
    for (size_t i = 0; i < taken->count; i++) {
        if (network_plug_cable(rtnl, inside, &taken->endpoints[i], taken->ports_count > 0,
                i == taken->way_out, err) < 0)
            return -1;
    }
    return 0;
}

/* All under the lock: 0 with the leases written, or -1 with none. The record is the taker's, but
 * for one that is started `again`: it may have got other networks, or another name, by now. */
static int take_all(struct taker taker, bool again, struct taken *ret, struct err *err)
{
    const struct store *store = taker.store;
    const char *id = taker.record->id;
    struct record now = {0};
    struct leases leases;

    int status = leases_open(store, &leases, err);
    if (status == 0 && again) {
        status = record_load(store, id, &now, err);
        taker.record = &now;
    }
    taker.leases = &leases;
    if (status == 0)
        status = network_take(&taker, ret, err);
    if (status == 0)
        status = leases_save(&leases, err);
    if (status == 0 && ret->ports_count > 0)
        status = network_ports_open(store, &leases, id, ret->endpoints[ret->way_out].bridge, err);
    if (status == 0)
        status = network_hosts_write(store, &leases, id, ret->plain, err);
    leases_close(&leases);
    record_free(&now);
    return status;
}

static void show(const struct taken *taken, struct status *status)
{
    status->endpoints_count = 0;
    status->ports_count = 0;
    for (size_t i = 0; i < taken->count; i++)
        network_show_endpoint(&taken->endpoints[i], &status->endpoints[status->endpoints_count++]);
    status->ports_count = taken->ports_count;
    memcpy(status->ports, taken->ports, sizeof(status->ports));
}

int network_prepare(const struct store *store, const struct record *record, struct err *err)
{
    const struct record_network *first = network_first(record);
    struct network network = {0};
    struct leases leases = {.lock = -1};
    struct err missing;
    cleanup_close int rtnl = -1;
    int status = 0;

    if (strcmp(record->host.network_mode ?: "", "host") == 0 && record->host.ports_count > 0)
        network_note_add("published ports are discarded: in the host's network the program's own "
                         "ports are open");
    if (is_without(record))
        return 0;
    if (!host_owns_network())
        network_rootless_prepare(record);
    if (!host_owns_network() || !first)
        return 0;
    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0)
        return -1;
    if (network_load(store, first->name, &network, &missing) < 0 ||
        !link_is_up(rtnl, network.link)) {
        network_free(&network);
        status = leases_open(store, &leases, err);
        if (status == 0)
            status = network_make_builtin(store, false, err);
        if (status == 0)
            status = network_find(store, first->name, &network, err);
        if (status == 0 && network.ipam_count > 0)
            status = network_up(store, &leases, rtnl, &network, err);
        leases_close(&leases);
    }
    network_free(&network);
    return status;
}

int network_connect(const struct store *store, const struct record *record, pid_t pid,
    struct status *status, struct err *err)
{
    struct taken taken = {0};
    struct err ignored;
    cleanup_close int rtnl = -1;

    status->endpoints_count = status->ports_count = 0;
    if (is_without(record))
        return 0;
    if (!host_owns_network())
        return network_rootless_connect(store, record, pid, status, err);
    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) == 0 &&
        take_all((struct taker){store, NULL, rtnl, record, pid}, status->restart_count > 0, &taken,
            err) == 0 &&
        lay_cables(rtnl, &taken, pid, err) == 0) {
        show(&taken, status);
        return 0;
    }
    network_disconnect(store, record, &ignored);
    return -1;
}

static bool is_anybody_there(const struct leases *leases)
{
    for (size_t i = 0; i < leases->count; i++) {
        if (lease_is_alive(&leases->items[i]))
            return true;
    }
    return false;
}

/* An engine beside the usual one (--root) leaves nothing on the host when its last one has gone. */
static int tidy(const struct store *store, const struct leases *leases, struct err *err)
{
    if (strcmp(store->root, "/var/lib/mini-docker") == 0 || is_anybody_there(leases))
        return 0;
    return network_down_all(store, err);
}

/* Take out the container's leases. Its networks' members are told afterwards. */
static int drop_all(const struct store *store, struct leases *leases, const char *id,
    const char *plain, struct err *err)
{
    char left[STATUS_ENDPOINTS][STORE_ID + 1];
    uint16_t udp[STATUS_PORTS];
    struct err ignored;
    size_t left_count = 0, udp_count = network_ports_udp(leases, id, udp);
    bool any = false, ports = false;

    for (size_t i = leases->count; i-- > 0;) {
        const struct lease *l = &leases->items[i];
        if (strcmp(l->container, id) != 0)
            continue;
        any = true;
        ports |= l->kind == LEASE_PORT;
        if (l->kind == LEASE_ADDRESS && left_count < STATUS_ENDPOINTS)
            strcpy(left[left_count++], l->network);
        leases_drop(leases, i);
    }
    if (!any) /* it failed before it had any, but its bridge may have been made */
        return tidy(store, leases, err);
    /*
     * The rules first: an address that is free must have none. No table is there when it is the
     * network namespace of somebody else who removes it.
     */
    int status = ports && nat_is_there(store) ? nat_apply(store, leases, err) : 0;
    if (leases_save(leases, status < 0 ? &ignored : err) < 0 || status < 0)
        return -1;
    nat_forget(udp, udp_count);
    for (size_t i = 0; i < left_count; i++) {
        if (network_hosts_tell(store, leases, left[i], plain, err) < 0)
            return -1;
    }
    return tidy(store, leases, err);
}

int network_disconnect(const struct store *store, const struct record *record, struct err *err)
{
    struct leases leases;
    char plain[STORE_ID + 1];
    int status = -1;

    ports_release();
    if (is_without(record))
        return 0;
    if (!host_owns_network())
        return network_rootless_disconnect(store, record->id, err);
    if (!fsio_exists(store->root, "networks")) /* there were none, or all of the root is gone */
        return nat_is_there(store) ? network_down_all(store, err) : 0;
    if (leases_open(store, &leases, err) == 0) {
        network_plain_id(store, plain);
        status = drop_all(store, &leases, record->id, plain, err);
    }
    leases_close(&leases);
    return status;
}

int network_rename(const struct store *store, const char *id, const char *name, struct err *err)
{
    struct leases leases;
    char plain[STORE_ID + 1];
    int status = 0;

    if (!host_owns_network() || !fsio_exists(store->root, "networks"))
        return 0;
    status = leases_open(store, &leases, err);
    network_plain_id(store, plain);
    if (status == 0)
        status = network_hosts_rename(store, &leases, id, name, plain, err);
    leases_close(&leases);
    return status;
}
