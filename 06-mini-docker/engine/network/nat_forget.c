// SPDX-License-Identifier: MIT
/*
 * The kernel looks at the map of published ports for the first packet of a flow only, and keeps
 * what it found as long as packets come (conntrack). With datagrams that has no end: who goes on
 * sending while a container is started again reaches its old address for ever, which may be
 * somebody else's by now; and who began before the port was published reaches the host. So these
 * flows are taken out, after the map was written: the next datagram looks there again. TCP has an
 * end, and its next packet finds out by itself.
 *
 * The kernel has no filter for that: all flows are listed and some removed, each by what it was
 * when it came. On a socket that is listing nothing else can be asked, hence the second one.
 */
#include "nat.h"

#include "cleanup.h"
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNTRACK = NFNL_SUBSYS_CTNETLINK << 8, ATTRIBUTES = 32 };

struct forgetting {
    int sock; /* for removing */
    const uint16_t *ports;
    size_t count;
};

/* The attributes by their types; NULL: not there. */
static void index_attributes(const struct rtattr *attr, size_t size, const struct rtattr **ret)
{
    memset(ret, 0, ATTRIBUTES * sizeof(*ret));
    for (; RTA_OK(attr, size); attr = RTA_NEXT(attr, size)) {
        if ((attr->rta_type & NLA_TYPE_MASK) < ATTRIBUTES)
            ret[attr->rta_type & NLA_TYPE_MASK] = attr;
    }
}

static void index_inside(const struct rtattr *attr, const struct rtattr **ret)
{
    index_attributes(attr ? RTA_DATA(attr) : NULL, attr ? RTA_PAYLOAD(attr) : 0, ret);
}

/* The port that a datagram was sent to, before anybody changed it; 0: it is no datagram. */
static uint16_t sent_to(const struct rtattr *tuple)
{
    const struct rtattr *parts[ATTRIBUTES], *words[ATTRIBUTES];

    index_inside(tuple, parts);
    index_inside(parts[CTA_TUPLE_PROTO], words);
    const struct rtattr *number = words[CTA_PROTO_NUM], *port = words[CTA_PROTO_DST_PORT];
    if (!number || !port || *(const uint8_t *)RTA_DATA(number) != IPPROTO_UDP)
        return 0;
    return ntohs(*(const uint16_t *)RTA_DATA(port));
}

static void look_at(const struct forgetting *forgetting, const struct nlmsghdr *head)
{
    static const struct nfgenmsg header = {.nfgen_family = AF_INET, .version = NFNETLINK_V0};
    const struct rtattr *flow[ATTRIBUTES];
    struct err ignored;
    struct rtnl m;
    size_t i = 0;

    if (head->nlmsg_len < NLMSG_SPACE(sizeof(header)))
        return;
    index_attributes((const void *)((const char *)head + NLMSG_SPACE(sizeof(header))),
        head->nlmsg_len - NLMSG_SPACE(sizeof(header)), flow);
    uint16_t port = sent_to(flow[CTA_TUPLE_ORIG]);
    while (i < forgetting->count && forgetting->ports[i] != port)
        i++;
    if (port == 0 || i == forgetting->count)
        return;
    rtnl_begin(&m, CONNTRACK | IPCTNL_MSG_CT_DELETE, 0, &header, sizeof(header));
    for (int type = 0; type < ATTRIBUTES; type++) {
        if (flow[type] && (type == CTA_TUPLE_ORIG || type == CTA_ZONE || type == CTA_ID))
            rtnl_data(&m, flow[type]->rta_type, RTA_DATA(flow[type]), RTA_PAYLOAD(flow[type]));
    }
    rtnl_send(forgetting->sock, &m, &ignored, "it has ended by itself");
}

/* False: that was the last of the list. */
static bool read_some(int list, const struct forgetting *forgetting)
{
    _Alignas(struct nlmsghdr) char buffer[16384];
    ssize_t got = recv(list, buffer, sizeof(buffer), 0);

    if (got < 0)
        return errno == EINTR;
    size_t left = (size_t)got;
    for (const struct nlmsghdr *head = (void *)buffer; NLMSG_OK(head, left);
         head = NLMSG_NEXT(head, left)) {
        if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR)
            return false;
        look_at(forgetting, head);
    }
    return got > 0;
}

void nat_forget(const uint16_t *ports, size_t count)
{
    const struct nfgenmsg header = {.nfgen_family = AF_INET, .version = NFNETLINK_V0};
    struct forgetting forgetting = {.sock = -1, .ports = ports, .count = count};
    cleanup_close int list = -1, sock = -1;
    struct err ignored;
    struct rtnl m;

    if (count == 0 || rtnl_open(NETLINK_NETFILTER, &list, &ignored) < 0 ||
        rtnl_open(NETLINK_NETFILTER, &sock, &ignored) < 0)
        return;
    forgetting.sock = sock;
    rtnl_begin(&m, CONNTRACK | IPCTNL_MSG_CT_GET, NLM_F_DUMP, &header, sizeof(header));
    if (send(list, &m, m.head.nlmsg_len, 0) < 0)
        return;
    while (read_some(list, &forgetting))
        ;
}
