/* SPDX-License-Identifier: MIT */
/*
 * lease: who has which address and which port, in one file: RUN/networks/leases, a line each.
 *
 *     address NETWORK IP MAC LINK CONTAINER PID START NAME,ALIAS,…
 *     port PROTOCOL HOST-IP HOST-PORT IP PORT CONTAINER PID START
 *
 * PID and START (proc_start_time) are the container's first process. A lease whose process is gone
 * holds nothing: so whatever was killed, its address and its ports are free, and leases_sweep takes
 * the lines away. RUN does not outlive a boot, and neither does any lease.
 */
#ifndef ENGINE_LEASE_H
#define ENGINE_LEASE_H

#include "engine/store/store.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/types.h>

enum { LEASE_NAMES = 1024 };

enum lease_kind { LEASE_ADDRESS, LEASE_PORT };

struct lease {
    enum lease_kind kind;
    char container[STORE_ID + 1];
    pid_t pid;
    unsigned long long start_time;
    struct in_addr ip; /* in the container */
    /* of an address */
    char network[STORE_ID + 1]; /* its ID */
    unsigned char mac[6];
    char link[16];           /* in the container: "eth0" */
    char names[LEASE_NAMES]; /* with ',' between; "-": none */
    /* of a port */
    char protocol[8];
    struct in_addr host_ip;
    unsigned host_port, port;
};

struct leases {
    struct lease *items;
    size_t count;
    int lock; /* of the networks: nobody else reads or writes until leases_close */
    char path[PATH_MAX];
};

/* Lock and read. After an error there is nothing to close. */
int leases_open(const struct store *store, struct leases *ret, struct err *err);

/* Write them, whole or not at all; the lock stays. */
int leases_save(const struct leases *leases, struct err *err);

/* Safe on one that was opened or failed to open. */
void leases_close(struct leases *leases);

/* Add a copy of one; leases_save writes it. Errors: no memory. */
int leases_add(struct leases *leases, const struct lease *lease, struct err *err);

/* Take out one; the last takes its place. */
void leases_drop(struct leases *leases, size_t index);

/* True while the process that it was given to is there. */
bool lease_is_alive(const struct lease *lease);

/* Take out those that hold nothing any more. True when there were any. */
bool leases_sweep(struct leases *leases);

/*
 * The lease of an address, or of a port (0.0.0.0 overlaps every address), NULL: it is free. One
 * that holds nothing any more is taken out on the way.
 */
struct lease *leases_find_address(struct leases *leases, const char *network, struct in_addr ip);
struct lease *leases_find_port(
    struct leases *leases, const char *protocol, struct in_addr host_ip, unsigned host_port);

#endif
