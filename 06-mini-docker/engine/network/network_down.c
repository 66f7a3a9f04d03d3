// SPDX-License-Identifier: MIT
/*
 * What of a network is on the host goes in the other order than it came: the rules, then the
 * bridge. The rules do not say whose they are (their table is named by a hash); a bridge does, by
 * its alias, the engine's root. So whatever is killed half way, a bridge is left by which the rest
 * is found, by its own engine or by another's sweep.
 *
 * A bridge is nobody's when its root was removed while containers ran, when `network rm` was killed
 * after the network's file had gone, or when its maker was killed before it had said whose it is.
 */
#include "network_up.h"

#include "link.h"
#include "nat.h"
#include "nat_beside.h"

#include "cleanup.h"
#include "fsio.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The networks that the engine has by its files: none when its root is gone. */
static int list_of(const struct store *store, struct network_list *ret, struct err *err)
{
    *ret = (struct network_list){0};
    return fsio_exists(store->root, "networks") ? network_list(store, ret, err) : 0;
}

static bool has_link(const struct network_list *list, const char *link)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].link, link) == 0)
            return true;
    }
    return false;
}

/* The rules in other firewalls are for the bridges of all engines. */
static bool is_any_bridge_left(const char *but)
{
    struct if_nameindex *links = if_nameindex();
    bool any = !links; /* not known */

    for (struct if_nameindex *link = links; link && link->if_index; link++)
        any |= strncmp(link->if_name, "mdocker", 7) == 0 && strcmp(link->if_name, but) != 0;
    if (links)
        if_freenameindex(links);
    return any;
}

static int take_away(const struct store *store, int rtnl, const char *link, struct err *err)
{
    struct network_list list;
    bool last = true;

    if (list_of(store, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        last &= strcmp(list.items[i].link, link) == 0 || !link_index(rtnl, list.items[i].link);
    network_list_free(&list);
    if (last && nat_is_there(store) && nat_remove(store, err) < 0)
        return -1;
    nat_beside_stop(link, !is_any_bridge_left(link));
    return link_remove(rtnl, link, err);
}

/* Whatever goes wrong here is not the caller's: another sweep will come. */
static void sweep_one(int rtnl, const char *link)
{
    struct store owner = {.root = ""};
    struct network_list list;
    struct err ignored;
    char dir[64];

    snprintf(dir, sizeof(dir), "/sys/class/net/%s", link);
    cleanup_free char *root = fsio_read(dir, "ifalias", &ignored);
    if (!root) /* gone, or this /sys is of another network namespace */
        return;
    if (root[0] != '/') {
        if (!link_is_up(rtnl, link))
            link_remove(rtnl, link, &ignored);
        return;
    }
    snprintf(owner.root, sizeof(owner.root), "%s", root);
    if (list_of(&owner, &list, &ignored) == 0 && !has_link(&list, link))
        take_away(&owner, rtnl, link, &ignored);
    network_list_free(&list);
}

void network_sweep(int rtnl)
{
    struct if_nameindex *links = if_nameindex();

    for (struct if_nameindex *link = links; link && link->if_index; link++) {
        if (strncmp(link->if_name, "mdocker-", 8) == 0)
            sweep_one(rtnl, link->if_name);
    }
    if (links)
        if_freenameindex(links);
}

int network_down(
    const struct store *store, int rtnl, const struct network *network, struct err *err)
{
    cleanup_close int lock = -1;

    if (network->ipam_count == 0)
        return 0;
    if (network_lock_host(&lock, err) < 0)
        return -1;
    network_sweep(rtnl);
    return take_away(store, rtnl, network->link, err);
}

int network_down_all(const struct store *store, struct err *err)
{
    cleanup_close int lock = -1, rtnl = -1;
    struct network_list list;

    if (rtnl_open(NETLINK_ROUTE, &rtnl, err) < 0)
        return -1;
    int status = list_of(store, &list, err);
    for (size_t i = 0; i < list.count && status == 0; i++) {
        if (link_index(rtnl, list.items[i].link))
            status = network_down(store, rtnl, &list.items[i], err);
    }
    network_list_free(&list);
    /* rules without a bridge: somebody removed it by hand, or its root is gone */
    if (status < 0 || !nat_is_there(store))
        return status;
    if (network_lock_host(&lock, err) < 0)
        return -1;
    network_sweep(rtnl);
    return nat_remove(store, err);
}
