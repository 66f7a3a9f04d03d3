/* SPDX-License-Identifier: MIT */
/*
 * rtnl: links, addresses and routes, by rtnetlink: the messages that lab 01 put together for its
 * veth pair, now for any, and with the kernel's own words when it refuses one.
 *
 *     struct rtnl m;
 *     rtnl_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof(link));
 *     rtnl_text(&m, IFLA_IFNAME, "bridge0");
 *     struct rtattr *info = rtnl_nest(&m, IFLA_LINKINFO);
 *     rtnl_text(&m, IFLA_INFO_KIND, "bridge");
 *     rtnl_end(&m, info);
 *     return rtnl_send(sock, &m, err, "cannot make the bridge %s", "bridge0");
 *
 * Source: netlink(7), rtnetlink(7).
 */
#ifndef COMMON_RTNL_H
#define COMMON_RTNL_H

#include "err.h"

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

struct rtnl {
    struct nlmsghdr head;
    char body[1024];
    bool full; /* something had no room: rtnl_send refuses it */
};

/*
 * A socket of the network namespace that the caller is in now; it stays that one's when the caller
 * leaves. The caller closes it, and it is close-on-exec. `protocol`: NETLINK_ROUTE, or another.
 */
int rtnl_open(int protocol, int *ret_socket, struct err *err);

/* Begin a message; an answer is always asked for. `header` is what follows nlmsghdr. */
void rtnl_begin(struct rtnl *m, int type, int flags, const void *header, size_t size);

/* Append an attribute. */
void rtnl_data(struct rtnl *m, int type, const void *data, size_t size);
void rtnl_text(struct rtnl *m, int type, const char *text);
void rtnl_u32(struct rtnl *m, int type, uint32_t value);

/* Append plain bytes, where an attribute begins with a struct. */
void rtnl_bytes(struct rtnl *m, const void *data, size_t size);

/* Open an attribute that holds others, and close it. */
struct rtattr *rtnl_nest(struct rtnl *m, int type);
void rtnl_end(struct rtnl *m, struct rtattr *nest);

/*
 * Send it and wait for the answer. Errors: the kernel's errno, `fmt` as what was being done, and
 * where the kernel says more (NETLINK_EXT_ACK) its words as the hint.
 */
int rtnl_send(int sock, const struct rtnl *m, struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
