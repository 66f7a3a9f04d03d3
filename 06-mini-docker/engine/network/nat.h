/* SPDX-License-Identifier: MIT */
/*
 * nat: the rules of all our networks, in one nftables table of our own: who may reach whom, the way
 * out under the host's address, and published ports. nat.nft has the rules; what changes are
 * the sets in it: links, subnets, ports.
 *
 * The table is always written whole, from the networks' files and the leases, in one transaction:
 * so it is right after anything that happened before. Privilege: CAP_NET_ADMIN. Source: nft(8).
 */
#ifndef ENGINE_NAT_H
#define ENGINE_NAT_H

#include "lease.h"
#include "network_store.h"

struct json_object;

/* Write the table. Errors: nft is not installed, or what it says. */
int nat_apply(const struct store *store, const struct leases *leases, struct err *err);

/* True while it is there (asked of the kernel, without nft: 20 us). */
bool nat_is_there(const struct store *store);

/* The same of anybody's table; `family`: NFPROTO_IPV4, NFPROTO_INET. */
bool nat_has_table(uint8_t family, const char *name);

/* Take it away. */
int nat_remove(const struct store *store, struct err *err);

/*
 * Have the next datagram of everybody who sends to these ports of the host find its way anew, after
 * nat_apply (nat_forget.c). What cannot be done is left as it is: such a way is lost when nobody
 * has sent for half a minute.
 */
void nat_forget(const uint16_t *ports, size_t count);

/* Have nft do what the script says, all of it or nothing. */
int nat_run(const char *script, struct err *err);

/* Take away the tables of engines that no bridge is left of. The host's lock is held. */
int nat_sweep(int rtnl, struct err *err);

/* Every object of what `nft -j list WHAT…` prints ({"chain": {...}}); `what` ends with NULL. */
struct json_object;
int nat_each(const char *const *what, void (*each)(struct json_object *object, void *arg),
    void *arg, struct err *err);

/* What `nft -j list WHAT…` prints, the caller's to free; NULL on error. */
char *nat_list(const char *const *what, struct err *err);

#endif
