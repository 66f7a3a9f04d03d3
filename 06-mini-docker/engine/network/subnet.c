// SPDX-License-Identifier: MIT
/*
 * A network needs a range of addresses that the host can reach nothing else by: the most specific
 * route wins, so an overlap would cut the host off from its own network, or from a VPN. So the
 * choice looks at every route, and at the name servers, which a default route may lead to.
 */
#include "subnet.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t mask_of(unsigned prefix)
{
    return prefix == 0 ? 0 : ~0u << (32 - prefix);
}

int subnet_parse(const char *text, struct subnet *ret, struct err *err)
{
    char ip[INET_ADDRSTRLEN], right[SUBNET_TEXT], rest;
    unsigned prefix;

    if (sscanf(text, "%15[0-9.]/%2u%c", ip, &prefix, &rest) != 2 || prefix > 32 ||
        inet_pton(AF_INET, ip, &ret->base) != 1) {
        err_refuse(err, EINVAL, "invalid subnet '%s'", text);
        return err_hint(err,
            "a range is an IPv4 address, / and how many bits of it all share -> 172.30.0.0/16");
    }
    ret->prefix = prefix;
    uint32_t base = ntohl(ret->base.s_addr) & mask_of(prefix);
    if (base == ntohl(ret->base.s_addr))
        return 0;
    ret->base.s_addr = htonl(base);
    subnet_format(ret, right);
    err_refuse(err, EINVAL, "invalid subnet '%s': it should be %s", text, right);
    return err_hint(err, "bits behind the first %u are set -> write %s", prefix, right);
}

void subnet_format(const struct subnet *subnet, char ret[SUBNET_TEXT])
{
    char ip[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &subnet->base, ip, sizeof(ip));
    snprintf(ret, SUBNET_TEXT, "%s/%u", ip, subnet->prefix);
}

bool subnet_has(const struct subnet *subnet, struct in_addr ip)
{
    return (ntohl(ip.s_addr) & mask_of(subnet->prefix)) == ntohl(subnet->base.s_addr);
}

bool subnet_overlaps(const struct subnet *a, const struct subnet *b)
{
    return subnet_has(a, b->base) || subnet_has(b, a->base);
}

struct in_addr subnet_address(const struct subnet *subnet, uint32_t n)
{
    return (struct in_addr){htonl(ntohl(subnet->base.s_addr) + n)};
}

uint64_t subnet_size(const struct subnet *subnet)
{
    return (uint64_t)1 << (32 - subnet->prefix);
}

bool subnet_is_inner(const struct subnet *subnet, struct in_addr ip)
{
    uint32_t number = ntohl(ip.s_addr) - ntohl(subnet->base.s_addr);

    return number > 0 && (uint64_t)number + 1 < subnet_size(subnet);
}

static bool has_name_server(const struct subnet *subnet)
{
    char line[256], text[INET_ADDRSTRLEN];
    struct in_addr ip;
    cleanup_fclose FILE *file = fopen("/etc/resolv.conf", "re");

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "nameserver %15[0-9.]", text) == 1 && inet_pton(AF_INET, text, &ip) == 1 &&
            subnet_has(subnet, ip))
            return true;
    }
    return false;
}

bool subnet_is_routed(const struct subnet *subnet, char ret_link[16])
{
    char line[256];
    struct in_addr base, mask;
    cleanup_fclose FILE *file = fopen("/proc/net/route", "re");

    while (file && fgets(line, sizeof(line), file)) {
        /* numbers in there are as they lie in memory: in network byte order already */
        if (sscanf(line, "%15s %x %*x %*x %*d %*d %*d %x", ret_link, &base.s_addr, &mask.s_addr) !=
                3 ||
            mask.s_addr == 0)
            continue;
        struct subnet other = {.base = base, .prefix = (unsigned)__builtin_popcount(mask.s_addr)};
        if (subnet_overlaps(subnet, &other))
            return true;
    }
    strcpy(ret_link, "a name server");
    return has_name_server(subnet);
}

/* Number n of Docker's ranges; false: there are no more. */
static bool candidate(unsigned n, struct subnet *ret)
{
    if (n < 15)
        *ret = (struct subnet){{htonl(0xac110000 + (n << 16))}, 16}; /* 172.17.0.0/16 … */
    else
        *ret = (struct subnet){{htonl(0xc0a80000 + ((n - 15) << 12))}, 20}; /* 192.168.0.0/20 … */
    return n < 15 + 16;
}

static bool is_taken(const struct subnet *subnet, const struct subnet *taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (subnet_overlaps(subnet, &taken[i]))
            return true;
    }
    return false;
}

int subnet_choose(const struct subnet *taken, size_t count, struct subnet *ret, struct err *err)
{
    char link[16];

    for (unsigned n = 0; candidate(n, ret); n++) {
        if (!is_taken(ret, taken, count) && !subnet_is_routed(ret, link))
            return 0;
    }
    err_refuse(err, ENOSPC, "could not find an available, non-overlapping IPv4 address pool");
    return err_hint(err, "every range that networks are given is used here -> name one that is "
                         "not: network create --subnet 10.77.0.0/16");
}
