/* SPDX-License-Identifier: MIT */
/*
 * netlink: what the net experiment asks of the kernel about links and addresses. All of it acts on
 * the caller's network namespace and needs CAP_NET_ADMIN there.
 */
#ifndef LAB01_NETLINK_H
#define LAB01_NETLINK_H

#include "err.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Make a pair of virtual Ethernet devices: `name` here, `peer` in the network namespace of the
 * process. What goes into one comes out of the other (veth(4)). Source: rtnetlink(7).
 */
int netlink_add_veth(const char *name, const char *peer, pid_t peer_pid, struct err *err);

/* Set a link up or down (netdevice(7), SIOCSIFFLAGS). */
int netlink_set_link(const char *name, bool up, struct err *err);

/* Give a link an IPv4 address with a 24-bit prefix (netdevice(7), SIOCSIFADDR). */
int netlink_set_address(const char *name, const char *address, struct err *err);

#endif
