// SPDX-License-Identifier: MIT
/*
 * A bridge is not made before the first container needs it. It is set up last of all, so a bridge
 * that is up has its address, its settings and its rules; one that is down was being made by
 * somebody who was killed, and is made again.
 *
 * Two engines on one host (two --root) could choose the same subnet in the same moment. What is
 * between looking and making happens under a lock of the network namespace: an abstract socket's
 * name, which only one can bind, and which the kernel gives back whatever ends us (unix(7)).
 *
 * The host becomes a router: ip_forward is the one switch of the host's own that is set. It stays
 * on, since nobody can know who relies on it by now.
 */
#include "network_up.h"

#include "link.h"
#include "nat.h"
#include "nat_beside.h"
#include "network_note.h"

#include "cleanup.h"
#include "fsio.h"

#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 3000, LOCK_PAUSE_MSEC = 10 };

int network_lock_host(int *ret_socket, struct err *err)
{
    static const struct sockaddr_un name = {AF_UNIX, "\0mini-docker/networks"};
    const socklen_t size = offsetof(struct sockaddr_un, sun_path) + sizeof("mini-docker/networks");
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MSEC * 1000000};
    cleanup_close int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    for (int tries = 0; sock >= 0; tries++) {
        if (bind(sock, (const struct sockaddr *)&name, size) == 0) {
            *ret_socket = steal_fd(&sock);
            return 0;
        }
        if (errno != EADDRINUSE || tries == LOCK_TRIES)
            break;
        nanosleep(&pause, NULL);
    }
    return err_sys(err, "cannot lock the networks of this host");
}

static int forward_packets(struct err *err)
{
    struct err ignored;
    uint64_t on;

    if (fsio_read_u64("/proc/sys/net/ipv4", "ip_forward", &on, &ignored) == 0 && on)
        return 0;
    if (fsio_write(err, "/proc/sys/net/ipv4", "ip_forward", "1") < 0)
        return err_hint(err, "without it a network has no way out -> sysctl net.ipv4.ip_forward=1");
    network_note_add("net.ipv4.ip_forward was 0 and is 1 now: the host passes packets on between "
                     "its networks");
    return 0;
}

/* The host's reach has changed since the subnet was chosen. */
static int check_subnet(const struct store *store, struct network *network, struct err *err)
{
    char link[16];

    if (!subnet_is_routed(&network->subnet, link))
        return 0;
    if (strcmp(network->name, "bridge") == 0) {
        network_free(network);
        return network_make_builtin(store, true, err) < 0
                   ? -1
                   : network_load(store, "bridge", network, err);
    }
    err_refuse(err, EEXIST, "network %s has the addresses %s, which %s has by now", network->name,
        network->ipam->subnet, link);
    return err_hint(err, "the host has a route there -> ip route; network rm, and network create "
                         "with another --subnet");
}

/* Published ports are reached from 127.0.0.1, too; and there is no IPv6 in there. */
static int set_up(int rtnl, const struct network *network, struct err *err)
{
    char dir[64];
    struct err ignored;

    snprintf(dir, sizeof(dir), "/proc/sys/net/ipv4/conf/%s", network->link);
    if (fsio_write(err, dir, "route_localnet", "1") < 0)
        return -1;
    snprintf(dir, sizeof(dir), "/proc/sys/net/ipv6/conf/%s", network->link);
    fsio_write(&ignored, dir, "disable_ipv6", "1");
    return link_configure(
        rtnl, link_index(rtnl, network->link), network->gateway, network->subnet.prefix, NULL, err);
}

/* The first thing that is asked of the kernel here; a container's root may be refused all. */
static int clear_place(int rtnl, const struct network *network, struct err *err)
{
    if (link_remove(rtnl, network->link, err) == 0)
        return 0;
    if (err->code != EPERM)
        return -1;
    errno = EPERM;
    err_sys(err, "cannot make the network %s", network->name);
    return err_hint(err, "no CAP_NET_ADMIN here, as root of a container may find -> --network "
                         "none, or host");
}

/* The bridge before the rules: see network_down.c. */
static int make(const struct store *store, const struct leases *leases, int rtnl,
    struct network *network, struct err *err)
{
    unsigned char mac[6] = {0x02, 0x42};

    network_sweep(rtnl);
    if (clear_place(rtnl, network, err) < 0 || check_subnet(store, network, err) < 0 ||
        (!network->internal && forward_packets(err) < 0))
        return -1;
    memcpy(mac + 2, &network->gateway, 4);
    if (link_add_bridge(rtnl, network->link, mac, store->root, err) < 0 ||
        nat_apply(store, leases, err) < 0 || nat_beside_pass(network->link, err) < 0)
        return -1;
    return set_up(rtnl, network, err);
}

int network_up(const struct store *store, const struct leases *leases, int rtnl,
    struct network *network, struct err *err)
{
    cleanup_close int lock = -1;

    if (link_is_up(rtnl, network->link)) {
        if (nat_is_there(store))
            return 0;
        /* somebody has flushed all rules, and those that we had in other tables went, too */
        return nat_apply(store, leases, err) < 0 ? -1 : nat_beside_pass(network->link, err);
    }
    if (network_lock_host(&lock, err) < 0)
        return -1;
    return make(store, leases, rtnl, network, err);
}
