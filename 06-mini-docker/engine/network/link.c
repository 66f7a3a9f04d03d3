// SPDX-License-Identifier: MIT
/*
 * A start of a container pays for what is here, so each thing is one message: the cable is made
 * with its one end in the bridge and up, and its other end named and in the container. The kernel
 * cannot take that end up in the same message (a cable with one end is ENOTCONN), so the inside
 * needs three more: up, address, route. All of it is 0.6 ms, nearly all of which is the kernel's
 * making of two devices.
 *
 * A socket belongs to the namespace in which it was opened. So the caller goes into the container's
 * for the moment of the opening, and comes back; in there nothing of the container's is run or
 * read.
 */
#include "link.h"

#include "cleanup.h"
#include "fsio.h"
#include "ns.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ALIAS_MOST = 255 };

static const struct ifinfomsg UP = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};

/* Not in the message that makes a link: there the kernel ignores it. */
static int set_alias(int rtnl, const char *name, const char *alias, struct err *err)
{
    static const struct ifinfomsg none;
    struct rtnl m;

    if (strlen(alias) > ALIAS_MOST)
        return 0;
    rtnl_begin(&m, RTM_SETLINK, 0, &none, sizeof(none));
    rtnl_text(&m, IFLA_IFNAME, name);
    rtnl_data(&m, IFLA_IFALIAS, alias, strlen(alias));
    return rtnl_send(rtnl, &m, err, "cannot give the link %s an alias", name);
}

int link_add_bridge(
    int rtnl, const char *name, const unsigned char mac[6], const char *alias, struct err *err)
{
    static const struct ifinfomsg down;
    struct rtnl m;

    rtnl_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &down, sizeof(down));
    rtnl_text(&m, IFLA_IFNAME, name);
    /* without one, a bridge has the lowest of its ports', which come and go */
    rtnl_data(&m, IFLA_ADDRESS, mac, 6);
    struct rtattr *info = rtnl_nest(&m, IFLA_LINKINFO);
    rtnl_text(&m, IFLA_INFO_KIND, "bridge");
    rtnl_end(&m, info);
    if (rtnl_send(rtnl, &m, err, "cannot make the bridge %s", name) == 0)
        return set_alias(rtnl, name, alias, err);
    if (err->code == EOPNOTSUPP)
        return err_hint(
            err, "this kernel has no bridges, or their module is not loaded -> modprobe bridge");
    if (err->code == EPERM)
        return err_hint(err, "no CAP_NET_ADMIN here -> sudo, or run --network none");
    return -1;
}

int link_add_cable(int rtnl, const char *name, const char *bridge, pid_t pid, const char *peer,
    const unsigned char mac[6], unsigned mtu, struct err *err)
{
    static const struct ifinfomsg none;
    struct rtnl m;

    rtnl_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &UP, sizeof(UP));
    rtnl_text(&m, IFLA_IFNAME, name);
    if (mtu)
        rtnl_u32(&m, IFLA_MTU, mtu);
    rtnl_u32(&m, IFLA_MASTER, link_index(rtnl, bridge));
    struct rtattr *info = rtnl_nest(&m, IFLA_LINKINFO);
    rtnl_text(&m, IFLA_INFO_KIND, "veth");
    struct rtattr *data = rtnl_nest(&m, IFLA_INFO_DATA);
    struct rtattr *other = rtnl_nest(&m, VETH_INFO_PEER);
    rtnl_bytes(&m, &none, sizeof(none));
    rtnl_text(&m, IFLA_IFNAME, peer);
    rtnl_data(&m, IFLA_ADDRESS, mac, 6);
    if (mtu)
        rtnl_u32(&m, IFLA_MTU, mtu);
    rtnl_u32(&m, IFLA_NET_NS_PID, (uint32_t)pid);
    rtnl_end(&m, other);
    rtnl_end(&m, data);
    rtnl_end(&m, info);
    if (rtnl_send(rtnl, &m, err, "cannot make the cable %s from %s to %s in process %d", name,
            bridge, peer, pid) == 0)
        return 0;
    if (err->code == EOPNOTSUPP)
        err_hint(err, "this kernel has no veth, or its module is not loaded -> modprobe veth");
    return -1;
}

int link_reflect(int rtnl, const char *name, struct err *err)
{
    struct ifinfomsg port = {.ifi_family = AF_BRIDGE, .ifi_index = (int)link_index(rtnl, name)};
    uint8_t on = 1;
    struct rtnl m;

    rtnl_begin(&m, RTM_SETLINK, 0, &port, sizeof(port));
    struct rtattr *info = rtnl_nest(&m, IFLA_PROTINFO | NLA_F_NESTED);
    rtnl_data(&m, IFLA_BRPORT_MODE, &on, sizeof(on));
    rtnl_end(&m, info);
    return rtnl_send(rtnl, &m, err, "cannot let the port %s of a bridge reflect", name);
}

int link_set_gateway(int rtnl, unsigned index, struct in_addr gateway, struct err *err)
{
    struct rtmsg route = {.rtm_family = AF_INET,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = RT_SCOPE_UNIVERSE,
        .rtm_type = RTN_UNICAST};
    struct rtnl m;

    rtnl_begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof(route));
    rtnl_data(&m, RTA_GATEWAY, &gateway, sizeof(gateway));
    rtnl_u32(&m, RTA_OIF, index);
    return rtnl_send(rtnl, &m, err, "cannot set the default route");
}

int link_configure(int rtnl, unsigned index, struct in_addr address, unsigned prefix,
    const struct in_addr *gateway, struct err *err)
{
    struct ifinfomsg link = UP;
    struct ifaddrmsg ifa = {.ifa_family = AF_INET,
        .ifa_prefixlen = (uint8_t)prefix,
        .ifa_scope = RT_SCOPE_UNIVERSE,
        .ifa_index = index};
    struct in_addr broadcast = {address.s_addr | htonl(~0u >> prefix)};
    struct rtnl m;

    rtnl_begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &ifa, sizeof(ifa));
    rtnl_data(&m, IFA_LOCAL, &address, sizeof(address));
    rtnl_data(&m, IFA_ADDRESS, &address, sizeof(address));
    if (prefix < 31)
        rtnl_data(&m, IFA_BROADCAST, &broadcast, sizeof(broadcast));
    if (rtnl_send(rtnl, &m, err, "cannot give a link its address") < 0)
        return -1;
    link.ifi_index = (int)index;
    rtnl_begin(&m, RTM_NEWLINK, 0, &link, sizeof(link));
    if (rtnl_send(rtnl, &m, err, "cannot set a link up") < 0)
        return -1;
    return gateway ? link_set_gateway(rtnl, index, *gateway, err) : 0;
}

int link_remove(int rtnl, const char *name, struct err *err)
{
    static const struct ifinfomsg none;
    struct rtnl m;

    rtnl_begin(&m, RTM_DELLINK, 0, &none, sizeof(none));
    rtnl_text(&m, IFLA_IFNAME, name);
    if (rtnl_send(rtnl, &m, err, "cannot remove the link %s", name) < 0 && err->code != ENODEV)
        return -1;
    return 0;
}

int link_open_inside(pid_t pid, int *ret_rtnl, struct err *err)
{
    struct err ignored;
    cleanup_close int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    cleanup_close int process = proc_pidfd(pid);

    if (here < 0 || process < 0)
        return err_sys(err, "cannot look at process %d", pid);
    if (ns_enter(process, CLONE_NEWNET, err) < 0)
        return -1;
    int status = rtnl_open(NETLINK_ROUTE, ret_rtnl, err);
    /* the file is of the namespace that the reader is in (proc_pid_sys(5)); without IPv6 none */
    fsio_write(&ignored, "/proc/sys/net/ipv6/conf/default", "disable_ipv6", "1");
    if (setns(here, CLONE_NEWNET) == 0)
        return status;
    if (status == 0)
        close(*ret_rtnl);
    return err_sys(err, "cannot return from the network namespace of process %d", pid);
}

bool link_is_up(int rtnl, const char *name)
{
    struct ifreq request = {0};

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    return ioctl(rtnl, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
}

unsigned link_index(int rtnl, const char *name)
{
    struct ifreq request = {0};

    /* any socket answers for its own namespace (netdevice(7)) */
    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    return ioctl(rtnl, SIOCGIFINDEX, &request) < 0 ? 0 : (unsigned)request.ifr_ifindex;
}
