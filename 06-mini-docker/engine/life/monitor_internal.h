/* SPDX-License-Identifier: MIT */
/*
 * monitor_internal: what the files monitor*.c share, and nobody else.
 *
 *     monitor_start.c     the fork
 *     monitor.c           a container's lives, one after another
 *     monitor_tell.c      what is told of it: in status.json, and to clients
 *     monitor_record.c    that what was asked for may change
 *     monitor_memory.c    that it stays small
 *     monitor_streams.c   pipes or terminal, log, and who gets what: one poll(2) loop
 *     monitor_clients.c   what clients say
 *     monitor_socket.c    where they find it
 */
#ifndef ENGINE_MONITOR_INTERNAL_H
#define ENGINE_MONITOR_INTERNAL_H

#include "engine/store/status.h"
#include "health.h"
#include "log.h"
#include "monitor.h"
#include "packet.h"
#include "restart.h"

#include "runtime/life.h"

struct monitor_client {
    int fd;         /* -1: gone */
    unsigned wants; /* PACKET_WANTS_OUTPUT…; */
    bool begun;     /* it has said so */
    bool owed;      /* monitor->out was not sent to it yet */
};

struct monitor {
    const struct store *store;
    const struct record *record;
    struct translation *translation;
    struct monitor_plan *plan, *next; /* what both are in, of this life and the next; NULL: the
                                         starter's */
    struct timespec record_changed;
    struct status status;
    int held; /* status_hold */
    struct life life;
    struct explain explain;
    int explained; /* what is explained after the start waits here for the end; -1: nothing is */
    struct log log;
    int listener, signals;
    pid_t holder;    /* 0: none; see monitor_options */
    int lock;        /* the container's, while it is started, and removed (--rm) */
    bool kept;       /* for a restart, by whoever stops it: --rm does not count this time */
    bool given_back; /* what the last life had: groups, addresses */

    int stdio[3];   /* the program's ends; -1: with a terminal */
    int console[2]; /* with a terminal: where it comes from, and the program's end */
    int output[2];  /* what it writes to 1 and 2; with a terminal the first is its master */
    int input;      /* where its standard input is written to; -1: it has none, or no more */

    /*
     * One packet is on its way out, and nothing more is read from the program until every client
     * has it: so a slow reader slows the program down, and no line is lost. The same the other way
     * round.
     */
    struct packet out, in;
    size_t out_length, in_start, in_end; /* 0: none, and equal: none */
    struct monitor_client *clients;
    size_t clients_count, clients_room;
    bool ended;   /* the program */
    bool hurried; /* it is to be started again: who does not take its last output is dropped */
    bool settled; /* the monitor has forgotten what only the start needed */

    struct health health;
    struct restart restart;
    int64_t began_msec,
        delay_msec; /* of this life, by explain_now; after it, until the next, or -1 */
};

/* monitor.c: all that a monitor does; it tells `starter` once the program runs, or why not. With
 * `attach` the one who started it is a client already. */
void monitor_main(struct monitor *monitor, struct sync *starter, bool attach);

/* monitor.c: a check of its health has ended. */
void monitor_take_health(struct monitor *monitor);

/* monitor_tell.c: write the status down, and hold it. `durable`: on the disk before it returns,
 * unless the container goes at its end. */
int monitor_save(struct monitor *monitor, bool durable, struct err *err);

/* monitor_tell.c: to all clients: how it ended; and what was explained since
 * monitor_explain_later, which keeps it for the first client, where there is one. */
void monitor_tell_exit(struct monitor *monitor, uint32_t oom_kills);
void monitor_explain_later(struct monitor *monitor, bool attach);
void monitor_tell_steps(struct monitor *monitor);

/* monitor_record.c. Before the first life: which record it is of. After one: the record as it is by
 * now. Before another: its spec. Errors: translate's. */
void monitor_note_record(struct monitor *monitor);
void monitor_read_record(struct monitor *monitor);
int monitor_renew(struct monitor *monitor, struct err *err);

/* monitor_memory.c: give back what only the start needed, once the container has lived for a
 * moment. Returns how many ms it is until then, or -1: it is done. */
int monitor_settle(struct monitor *monitor, int64_t now_msec);

/* monitor_streams.c. Make what the program is given; and after it has it. Errors: no more
 * descriptors. monitor_close_streams is safe at any time. */
int monitor_open_streams(struct monitor *monitor, struct err *err);
int monitor_begin_streams(struct monitor *monitor, struct err *err);
void monitor_close_streams(struct monitor *monitor);

/*
 * Wait until something happens, timeout_ms at most (-1: for ever), and see to it. Returns 0 when
 * nothing did. True in monitor->ended: the program has. SIGTERM ends this process.
 */
int monitor_serve(struct monitor *monitor, int timeout_ms);

/* True while the program's output, or a packet for a client, may still come. */
bool monitor_has_output(const struct monitor *monitor);

/* Put a packet on its way to all clients; those without PACKET_WANTS_OUTPUT get no output. The one
 * before must be out. */
void monitor_send(struct monitor *monitor, enum packet_type type, const void *bytes, size_t length);

/* monitor_clients.c */
int monitor_add_client(struct monitor *monitor, int fd, unsigned wants, bool begun);
void monitor_drop_client(struct monitor *monitor, struct monitor_client *client);
void monitor_hear_client(struct monitor *monitor, struct monitor_client *client);

/* monitor_socket.c: a listening socket at RUN/monitor/ID. */
int monitor_listen(const struct store *store, const char *id, int *ret_socket, struct err *err);

#endif
