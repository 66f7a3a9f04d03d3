/* SPDX-License-Identifier: MIT */
/*
 * network: a container's place in networks: interfaces, addresses, names, published ports. What a
 * network is (`network create`) is network_store.h's.
 */
#ifndef ENGINE_NETWORK_H
#define ENGINE_NETWORK_H

#include "engine/store/record.h"
#include "engine/store/status.h"

/*
 * Called before there is a monitor, while somebody can be told: makes the network's bridge if it is
 * not there, which may have to say something of the host (network_note.h).
 */
int network_prepare(const struct store *store, const struct record *record, struct err *err);

/*
 * Called by the monitor when the container's first process exists and its program does not run yet;
 * `pid` is that process. Makes what record->host.network_mode and record->networks ask for, fills
 * status->endpoints and ports, and writes hosts and resolv.conf below containers/ID. Addresses and
 * ports are taken in the networks' own files first, with the container's ID, so that whatever ends
 * us leaves nothing that the next command cannot give back. Privilege: root; without it only "none"
 * and "host" and what pasta or slirp4netns make. Errors: an address or a port that is taken
 * (Docker's words).
 */
int network_connect(const struct store *store, const struct record *record, pid_t pid,
    struct status *status, struct err *err);

/* Give all of it back; what is gone already is no error. Works from the store alone, for a dead
 * monitor's container as well. */
int network_disconnect(const struct store *store, const struct record *record, struct err *err);

/*
 * The endpoints of a container that runs, as they are now: `network connect` may have changed what
 * the monitor wrote down. Where there are none (rootless), *status stays as it is.
 */
int network_ask(const struct store *store, const char *id, struct status *status, struct err *err);

/*
 * For the monitor, when `network connect` or disconnect says that ports may have come or gone: hold
 * those that the leases have now. True: they are others than in *status, which has them then.
 */
bool network_listen(const struct store *store, const char *id, struct status *status);

/* A container has another name: its neighbours know it by that one, and no more by the old one.
 * Nothing to do for one that does not run. */
int network_rename(const struct store *store, const char *id, const char *name, struct err *err);

/* Write the first hosts, hostname and resolv.conf of a container, before it has an address. */
int network_files(const struct store *store, const struct record *record, struct err *err);

#endif
