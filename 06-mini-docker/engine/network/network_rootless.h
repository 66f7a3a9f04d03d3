/* SPDX-License-Identifier: MIT */
/*
 * network_rootless: a way out for a container of an ordinary user, or of root of a user namespace
 * that has the host's network (host_owns_network): neither may make a link there. It is a program
 * in user space that speaks to the host's network with ordinary sockets, pasta(1) or
 * slirp4netns(1).
 */
#ifndef ENGINE_NETWORK_ROOTLESS_H
#define ENGINE_NETWORK_ROOTLESS_H

#include "engine/store/record.h"
#include "engine/store/status.h"

/* The name server that a container of ours reaches when the host's is on its loopback; NULL: we are
 * root, or neither program is there. */
const char *network_rootless_dns(void);

/*
 * Give the process's network namespace its way out, and the record's ports. Where neither program
 * is installed: an error if a network was asked for by name or ports are published, else the
 * container has its loopback only, and network_rootless_prepare has said so.
 */
void network_rootless_prepare(const struct record *record);
int network_rootless_connect(const struct store *store, const struct record *record, pid_t pid,
    struct status *status, struct err *err);

/* What to do about a network that wants links; -1. */
int network_rootless_hint(struct err *err);

/* End the program, if it still runs. */
int network_rootless_disconnect(const struct store *store, const char *id, struct err *err);

#endif
