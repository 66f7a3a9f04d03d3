/* SPDX-License-Identifier: MIT */
/* subnet: ranges of addresses: "172.18.0.0/16" read, compared, and one found that nobody uses. */
#ifndef ENGINE_SUBNET_H
#define ENGINE_SUBNET_H

#include "err.h"

#include <netinet/in.h>
#include <stdbool.h>

struct subnet {
    struct in_addr base;
    unsigned prefix; /* bits of it that all addresses share; 0 to 32 */
};

/* Read "A.B.C.D/N". Errors: ERR_USAGE, with what would be right where bits of the host are set. */
int subnet_parse(const char *text, struct subnet *ret, struct err *err);

enum { SUBNET_TEXT = 20 };
void subnet_format(const struct subnet *subnet, char ret[SUBNET_TEXT]);

/* Is the address one of its; do two share any? */
bool subnet_has(const struct subnet *subnet, struct in_addr ip);
bool subnet_overlaps(const struct subnet *a, const struct subnet *b);

/* Its address number n; 0 is the network's own. */
struct in_addr subnet_address(const struct subnet *subnet, uint32_t n);

/* How many addresses it has. */
uint64_t subnet_size(const struct subnet *subnet);

/* True for one of it that somebody may have: the first and the last are nobody's (RFC 919). */
bool subnet_is_inner(const struct subnet *subnet, struct in_addr ip);

/*
 * True when the host has a way to something in it already (/proc/net/route, and its name servers);
 * then *ret_link is whose. A default route is to everything, and does not count.
 */
bool subnet_is_routed(const struct subnet *subnet, char ret_link[16]);

/* A range that is not routed and overlaps none of `taken`. Docker's: 172.17.0.0/16 to
 * 172.31.0.0/16, then 192.168.0.0/20 and on. Errors: there is none left. */
int subnet_choose(const struct subnet *taken, size_t count, struct subnet *ret, struct err *err);

#endif
