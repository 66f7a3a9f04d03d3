/* SPDX-License-Identifier: MIT */
/*
 * network_store: the networks that there are: ROOT/networks/NAME.json, in the form that
 * `docker network inspect` prints. Three are always there: bridge, host and none. Of a network's
 * link and its rules there is nothing in the file: they are made when they are first needed
 * (network_up.h), after a boot again.
 */
#ifndef ENGINE_NETWORK_STORE_H
#define ENGINE_NETWORK_STORE_H

#include "engine/store/record.h"
#include "subnet.h"

/* "IPAM.Config". A range is where addresses are chosen; NULL: anywhere in the subnet. */
struct network_ipam {
    const char *subnet, *range, *gateway;
};

/* "Containers", which `network inspect` fills in (network_show.c) and no file has. */
struct network_member {
    const char *id, *name, *endpoint, *mac;
    const char *ipv4, *ipv6; /* "172.18.0.2/16", and none */
};

struct network {
    const char *name, *id, *created;
    const char *scope, *ipam_driver; /* "local", "default" */
    const char *driver;              /* "bridge", "host", "null" */
    bool internal;                   /* no way out, and none in */
    bool never;                      /* what Docker has and we do not */
    const char *nothing, *const *ipam_options;
    const struct network_ipam *ipam;
    size_t ipam_count; /* 1 of a bridge, 0 of the others */
    const struct spec_pair *options, *labels;
    size_t options_count, labels_count;
    const struct network_member *members;
    size_t members_count;

    /* what network_load makes of the above */
    struct subnet subnet, range;
    struct in_addr gateway;
    unsigned mtu;  /* of its cables, 0: the kernel's */
    char link[16]; /* the bridge: mdocker0, or mdocker- and the first digits of the ID */

    struct json_memory memory;
};

extern const struct json_table NETWORK_TABLE;

/* The option that is more than kept: how large a packet may be, as where a tunnel lies behind. */
#define NETWORK_MTU "com.docker.network.driver.mtu"

/* True for those that are always there. */
bool network_is_builtin(const char *name);

/*
 * Find a network by name, ID, or the beginning of an ID. The caller gives it back with
 * network_free. Errors: "network X not found" (err->code ENOENT).
 */
int network_find(const struct store *store, const char *word, struct network *ret, struct err *err);

/* By its name alone: one file is read. */
int network_load(const struct store *store, const char *name, struct network *ret, struct err *err);

/* All of them, sorted by name; the caller gives the list back, which after an error is empty. */
struct network_list {
    struct network *items;
    size_t count;
};
int network_list(const struct store *store, struct network_list *ret, struct err *err);
void network_list_free(struct network_list *list);

/*
 * Write a network's file: name, options and labels are given; an id, a time, a subnet and a gateway
 * are chosen where there are none. The caller holds the lock of the networks (lease.h).
 * Errors: ERR_USAGE; the name or the subnet is taken, in Docker's words.
 */
int network_create(const struct store *store, const struct network *asked,
    char ret_id[STORE_ID + 1], struct err *err);

/*
 * See that bridge, host and none are there. The lock is held. With `again`, bridge, which nobody is
 * in, gets another subnet.
 */
int network_make_builtin(const struct store *store, bool again, struct err *err);

/*
 * What Docker calls the endpoint, a container's place in a network: 64 hex digits, made of the IDs
 * of both, so that nothing has to keep it.
 */
void network_endpoint_id(const char *container, const char *network, char ret[STORE_ID + 1]);

/* Write a network's file, whole and on the disk. The lock is held. */
int network_save(const struct store *store, const struct network *network, struct err *err);

/* Remove the file. The lock is held, and nobody is in it. */
int network_forget(const struct store *store, const char *name, struct err *err);

/* Take away what commands have left that were killed while they wrote such a file. */
void network_heal(const struct store *store);

/* Safe on a zeroed struct. */
void network_free(struct network *network);

#endif
