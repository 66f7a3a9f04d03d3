/* SPDX-License-Identifier: MIT */
/*
 * nat_beside: other firewalls. Every packet must pass every table, so where somebody else's lets
 * nothing through (Docker's, or any with the policy DROP for what is forwarded), it is told to pass
 * what is ours: in the chain that is meant for this, DOCKER-USER, or in the dropping chain itself.
 * Whom we cannot tell, a note names (network_note.h). Privilege: CAP_NET_ADMIN.
 */
#ifndef ENGINE_NAT_BESIDE_H
#define ENGINE_NAT_BESIDE_H

#include "err.h"

#include <stdbool.h>

/* See that they pass what comes from the bridge and what goes to it. Costs 10 ms where they do. */
int nat_beside_pass(const char *bridge, struct err *err);

/* Take our rules out again; `last`: there is no other bridge of any engine. What goes wrong is
 * nobody's matter. */
void nat_beside_stop(const char *bridge, bool last);

/* The same, of the kernel's older tables (nat_legacy.c), which do not know one bridge from
 * another, and of firewalld (nat_firewalld.c). */
void nat_legacy_pass(void);
void nat_legacy_stop(void);
void nat_firewalld_pass(const char *bridge);
void nat_firewalld_stop(const char *bridge);

#endif
