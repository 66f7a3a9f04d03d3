/* SPDX-License-Identifier: MIT */
/* attach_client: the person's side of a container that runs: keys in, output out, signals on. */
#ifndef ENGINE_ATTACH_CLIENT_H
#define ENGINE_ATTACH_CLIENT_H

#include "detach_keys.h"
#include "engine/store/store.h"
#include "packet.h"

#include "runtime/attach.h"

/* What attach_client_follow returns when the keys were typed. */
enum { ATTACH_DETACHED = 256 };

struct attach_client {
    const struct store *store;
    const char *id;
    int socket;       /* of the monitor */
    bool interactive; /* our standard input is the program's */
    bool terminal;    /* it has one of its own */
    bool sig_proxy;
    bool quiet[3]; /* what comes for our 1 or 2 is for others */
    struct detach_keys keys;
    struct packet_exit exit; /* afterwards: how it ended */

    struct attach attach; /* its signals and our terminal */
    bool begun, input_ended;
    struct packet packet; /* output that our reader has not taken yet */
    size_t start, end;
    struct packet typed; /* input that the monitor has not taken yet */
    size_t typed_length; /* 0: none; else with its type */
    bool closed[3];      /* nobody reads our 1 or 2 */
    int lost;            /* errno: why output could not be written, where somebody would read it */
};

/* Before anything is made: as attach_signals. The caller fills in the first part. */
int attach_client_signals(struct attach_client *client, struct err *err);

/*
 * Stay until the program has ended, or the person detaches. Returns its exit status or
 * ATTACH_DETACHED; -1: the monitor is gone. The socket is closed, and our terminal given back, in
 * each case.
 */
int attach_client_follow(struct attach_client *client, struct err *err);

#endif
