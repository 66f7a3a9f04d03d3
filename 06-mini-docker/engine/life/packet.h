/* SPDX-License-Identifier: MIT */
/*
 * packet: what a container's monitor and its clients (run, attach, wait, stop, logs) say to each
 * other, over a Unix socket that keeps packets apart (SOCK_SEQPACKET, unix(7)).
 *
 *     client                            monitor
 *     PACKET_BEGIN  PACKET_WANTS_…  ->                  the first one
 *     PACKET_STDIN  bytes           ->
 *     PACKET_STDIN_END              ->                  no more will come
 *     PACKET_SIZE   struct winsize  ->                  of our terminal
 *     PACKET_CLOSED descriptor      ->                  nobody reads our 1 or 2 any more
 *     PACKET_STOP   [1 byte]        ->                  it is to end, and not to be restarted; with
 *                                                       1: nor removed, though it has --rm; when
 *                                                       it has ended, whoever does not take its
 *                                                       output is not waited for any more
 *                                   <- PACKET_DONE      that is noted; now the signal
 *     PACKET_PORTS                  ->                  its published ports may have changed
 *                                   <- PACKET_DONE      it holds those that there are now
 *                                   <- PACKET_STDOUT, PACKET_STDERR   bytes
 *                                   <- PACKET_EXIT      struct packet_exit; all it wrote came
 * before
 *
 * The monitor closes the connection when nothing more can happen. Both ends are the same program on
 * the same machine, so numbers are as they are in memory.
 */
#ifndef ENGINE_PACKET_H
#define ENGINE_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum packet_type {
    PACKET_BEGIN = 'b',
    PACKET_STDIN = 'i',
    PACKET_STDIN_END = 'e',
    PACKET_SIZE = 'w',
    PACKET_CLOSED = 'c',
    PACKET_STOP = 's',
    PACKET_PORTS = 'p',
    PACKET_DONE = 'd',
    PACKET_STDOUT = '1',
    PACKET_STDERR = '2',
    PACKET_EXIT = 'x',
};

/*
 * PACKET_OWNS: the container runs in the foreground for this client: when it goes, a standard input
 * that is for one client only (-i without -d) has ended, and what it does not read nobody does.
 */
enum { PACKET_WANTS_OUTPUT = 1, PACKET_OWNS = 2 };

struct packet_exit {
    int status;
    uint32_t oom_kills;
};

enum { PACKET_MOST = 16384 };

/* The type is a packet's first byte. */
struct packet {
    char type;
    char bytes[PACKET_MOST];
};

/* send(2) with these flags and no SIGPIPE: 0, or -1 with errno. */
int packet_send(int socket, enum packet_type type, const void *bytes, size_t length, int flags);

/* recv(2) with these flags: the length of what follows the type; -1 with errno; ECONNRESET at the
 * end. */
ssize_t packet_receive(int socket, struct packet *ret, int flags);

#endif
