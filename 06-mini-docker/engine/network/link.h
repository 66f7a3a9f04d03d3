/* SPDX-License-Identifier: MIT */
/*
 * link: the three kinds of links that a network is made of: a bridge, which is a switch with a port
 * of the host's own; and for each container a cable of two ends, one plugged into the bridge, the
 * other, eth0, in the container. Addresses are in network byte order (ip(7)).
 *
 * `rtnl` is a socket of rtnl_open: what it does, it does in that socket's network namespace.
 * Privilege: CAP_NET_ADMIN there. Source: rtnetlink(7), veth(4).
 */
#ifndef ENGINE_LINK_H
#define ENGINE_LINK_H

#include "rtnl.h"

#include <netinet/in.h>
#include <sys/types.h>

/* Make a bridge; it is down and has no IP address until link_configure. `alias`: whose it is, for
 * people and for us (`ip link` shows it); 255 bytes count. Errors: EEXIST. */
int link_add_bridge(
    int rtnl, const char *name, const unsigned char mac[6], const char *alias, struct err *err);

/*
 * Make a cable: `name` here, plugged into `bridge` and up; `peer` (down) in the network namespace
 * of the process, with this hardware address. Both take packets of `mtu` bytes at most, 0: of 1500.
 * One message. Errors: EEXIST.
 */
int link_add_cable(int rtnl, const char *name, const char *bridge, pid_t pid, const char *peer,
    const unsigned char mac[6], unsigned mtu, struct err *err);

/*
 * Let what comes out of a port of a bridge go back into it: a container that reaches itself by the
 * port that it publishes. The kernel's filter of bridges (br_netfilter) makes it need that.
 */
int link_reflect(int rtnl, const char *name, struct err *err);

/* Give a link its address and set it up; with a gateway, that is the default route as well. */
int link_configure(int rtnl, unsigned index, struct in_addr address, unsigned prefix,
    const struct in_addr *gateway, struct err *err);

/* The default route. Errors: EEXIST, there is one. */
int link_set_gateway(int rtnl, unsigned index, struct in_addr gateway, struct err *err);

/* Remove a link (of a cable the other end goes too). That it is gone already is no error. The
 * kernel waits for its readers: about 15 ms, which is why nothing that is in a hurry does it. */
int link_remove(int rtnl, const char *name, struct err *err);

/*
 * A socket in the network namespace of a process, while the caller stays in its own. IPv6 is turned
 * off in there for links to come, as ours have IPv4 only.
 */
int link_open_inside(pid_t pid, int *ret_rtnl, struct err *err);

/* The number of a link of the socket's namespace, 0: none. */
unsigned link_index(int rtnl, const char *name);

/* False also when there is no such link. */
bool link_is_up(int rtnl, const char *name);

#endif
