/* SPDX-License-Identifier: MIT */
/*
 * ports: published ports: what a record says of one, and the port on the host, which must be ours
 * alone.
 */
#ifndef ENGINE_PORTS_H
#define ENGINE_PORTS_H

#include "err.h"

#include <netinet/in.h>
#include <stdbool.h>

/* One port of the container, and where on the host it is wanted. */
struct ports_wish {
    struct in_addr host_ip;
    unsigned first, last; /* any of these on the host; 0: any at all */
    unsigned port;
    char protocol[8]; /* "tcp", "udp" */
};

struct record;

/* True when it publishes any. */
bool ports_wanted(const struct record *record);

/*
 * Every port that a record publishes, those of -P (exposed, and not published by name) last. Stops
 * at the first error, of the words or of `each`.
 */
int ports_each(const struct record *record,
    int (*each)(const struct ports_wish *wish, void *arg, struct err *err), void *arg,
    struct err *err);

/*
 * Take a port of the host, by listening on it: from then on nobody else gets it, and if somebody
 * has it, that is the kernel's word. It is held until this process ends or ports_release. `port`: 0
 * lets the kernel choose. Errors: EADDRINUSE, "Bind for 0.0.0.0:8080 failed: port is already
 * allocated".
 */
int ports_hold(const char *protocol, struct in_addr host_ip, unsigned port, unsigned *ret_port,
    struct err *err);

/* Give back all that this process holds. */
void ports_release(void);

#endif
