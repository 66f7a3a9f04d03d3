// SPDX-License-Identifier: MIT
/*
 * A veth pair is made by one rtnetlink message, RTM_NEWLINK, sent to the kernel through a socket.
 * It is a header and then attributes, each a length, a type and a value; some hold attributes
 * again:
 *
 *     nlmsghdr  RTM_NEWLINK
 *     ifinfomsg
 *     IFLA_IFNAME "veth-a"
 *     IFLA_LINKINFO
 *         IFLA_INFO_KIND "veth"
 *         IFLA_INFO_DATA
 *             VETH_INFO_PEER
 *                 ifinfomsg
 *                 IFLA_IFNAME "veth-b"
 *                 IFLA_NET_NS_PID 4121       in whose namespace the other end is made
 *
 * That is what `ip link add veth-a type veth peer name veth-b netns 4121` sends.
 */
#include "netlink.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

struct message {
    struct nlmsghdr head;
    char body[512];
};

/* Appends bytes, padded to the 4 that netlink aligns to. Returns where they went. */
static void *append(struct message *m, const void *data, size_t size)
{
    void *place = (char *)m + NLMSG_ALIGN(m->head.nlmsg_len);

    if (data)
        memcpy(place, data, size);
    m->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(m->head.nlmsg_len) + NLMSG_ALIGN(size));
    return place;
}

static struct rtattr *append_attr(struct message *m, int type, const void *data, size_t size)
{
    struct rtattr head = {.rta_type = (uint16_t)type, .rta_len = (uint16_t)RTA_LENGTH(size)};
    struct rtattr *attr = append(m, &head, sizeof(head));

    if (size)
        append(m, data, size);
    return attr;
}

/* Closes an attribute that holds others: its length is known only now. */
static void end_nest(struct message *m, struct rtattr *nest)
{
    nest->rta_len = (uint16_t)((char *)m + m->head.nlmsg_len - (char *)nest);
}

/* Sends it and waits for the kernel's answer, an error number, 0 for success. */
static int talk(const struct message *m, const char *what, struct err *err)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char echo[sizeof(struct message)]; /* on failure the kernel adds what we sent */
    } answer;
    cleanup_close int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (sock < 0 || send(sock, m, m->head.nlmsg_len, 0) < 0)
        return err_sys(err, "cannot talk to rtnetlink");
    if (recv(sock, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)))
        return err_sys(err, "rtnetlink gave no answer");
    errno = -answer.error.error;
    return errno ? err_sys(err, "%s", what) : 0;
}

int netlink_add_veth(const char *name, const char *peer, pid_t peer_pid, struct err *err)
{
    struct message m = {.head = {.nlmsg_len = NLMSG_LENGTH(0),
                            .nlmsg_type = RTM_NEWLINK,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL}};
    struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
    uint32_t pid = (uint32_t)peer_pid;

    append(&m, &link, sizeof(link));
    append_attr(&m, IFLA_IFNAME, name, strlen(name) + 1);
    struct rtattr *info = append_attr(&m, IFLA_LINKINFO, NULL, 0);
    append_attr(&m, IFLA_INFO_KIND, "veth", 5);
    struct rtattr *data = append_attr(&m, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *other = append_attr(&m, VETH_INFO_PEER, NULL, 0);
    append(&m, &link, sizeof(link));
    append_attr(&m, IFLA_IFNAME, peer, strlen(peer) + 1);
    append_attr(&m, IFLA_NET_NS_PID, &pid, sizeof(pid));
    end_nest(&m, other);
    end_nest(&m, data);
    end_nest(&m, info);
    if (talk(&m, "cannot make a veth pair", err) == 0)
        return 0;
    if (err->code != EOPNOTSUPP)
        return -1;
    err->kind = ERR_SKIP;
    return err_hint(err, "this kernel has no veth, or its module is not loaded -> modprobe veth");
}

static int request(const char *name, unsigned long what, struct ifreq *ifr, struct err *err)
{
    cleanup_close int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sock < 0)
        return err_sys(err, "cannot open a socket");
    strcpy(ifr->ifr_name, name);
    return ioctl(sock, what, ifr) < 0 ? err_sys(err, "cannot change the link %s", name) : 0;
}

int netlink_set_link(const char *name, bool up, struct err *err)
{
    struct ifreq ifr = {0};

    if (request(name, SIOCGIFFLAGS, &ifr, err) < 0)
        return -1;
    ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
    return request(name, SIOCSIFFLAGS, &ifr, err);
}

int netlink_set_address(const char *name, const char *address, struct err *err)
{
    struct ifreq ifr = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&ifr.ifr_addr;

    in->sin_family = AF_INET;
    in->sin_addr.s_addr = inet_addr(address);
    if (request(name, SIOCSIFADDR, &ifr, err) < 0)
        return -1;
    in->sin_addr.s_addr = inet_addr("255.255.255.0");
    return request(name, SIOCSIFNETMASK, &ifr, err);
}
