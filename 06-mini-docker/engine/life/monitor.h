/* SPDX-License-Identifier: MIT */
/*
 * monitor: the process that stays with a container as long as it lives. It is a fork of the command
 * that starts the container (nothing is executed: 0.3 ms and some pages), leads a session of its
 * own, and is the container's parent: it gets its exit status, holds its pipes or its terminal,
 * writes its log and status.json, starts it again, looks after its health, and removes it (--rm).
 * Whoever wants to see the output connects to its socket (packet.h), `run` in the foreground too.
 *
 * It dies: the container dies with it (PR_SET_PDEATHSIG), and the next command that looks at the
 * container heals what is left (status.h).
 */
#ifndef ENGINE_MONITOR_H
#define ENGINE_MONITOR_H

#include "engine/store/record.h"
#include "engine/translate/translate.h"

#include "runtime/explain.h"

struct monitor_options {
    const struct winsize *console_size; /* what the terminal begins with; NULL: 0 x 0 */
    bool attach;                        /* the caller becomes the first client */
    /*
     * With `attach` and --rm: the caller holds the container. When the caller ends, by whatever
     * road, its program is killed and it goes; when the program ends first, the container stays,
     * and is the caller's to remove.
     */
    bool held;
    struct explain explain; /* explain.fd is the caller's */
    int lock;               /* the container's: start_container's, which gives it */
};

/*
 * Fork the monitor, and return when the program runs. *ret_client is our connection to it, with
 * `attach`, else -1. The caller has the container's lock, and the monitor shares it as long
 * as it starts: nobody starts the container once more when the caller is killed. After an error
 * nothing of it runs, and status.json says why. Errors: life_run's, network_connect's.
 */
int monitor_start(const struct store *store, const struct record *record,
    struct translation *translation, const struct monitor_options *options, int *ret_client,
    struct err *err);

/*
 * Connect to the monitor of a container and say what is wanted (PACKET_WANTS_OUTPUT…). Errors:
 * err->code ENOENT or ECONNREFUSED, there is none.
 */
int monitor_connect(
    const struct store *store, const char *id, unsigned wants, int *ret_socket, struct err *err);

/* Remove the socket of one that is dead. */
void monitor_forget(const struct store *store, const char *id);

#endif
