/* SPDX-License-Identifier: MIT */
/* streams: bytes carried from one descriptor to another, several at once, in a poll(2) loop. */
#ifndef RUNTIME_STREAMS_H
#define RUNTIME_STREAMS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { STREAM_BUFFER = 16384, STREAM_SPARE = 64 };

/*
 * Bytes wait in the buffer when `to` takes no more, and meanwhile nothing is read: so one slow
 * reader stops its own stream and no other.
 */
struct stream {
    int from, to;
    bool open;     /* false: `from` has ended, or `to` is gone */
    bool close_to; /* when it ends, close `to`, so that its reader sees the end too */
    /*
     * What was read passes through it, unless it is NULL: *length bytes of the buffer, of which
     * the last STREAM_SPARE are never read into. True: the person wants to leave; `left` is set.
     */
    bool (*filter)(void *arg, char *buffer, size_t *length);
    void *filter_arg;
    bool left;
    size_t start, end;
    char buffer[STREAM_BUFFER];
};

/* What to poll for this stream; fd -1 when there is nothing to wait for. */
struct pollfd stream_poll(const struct stream *stream);

/* After poll(2) with that: read, or write what waits. */
void stream_move(struct stream *stream, short revents);

#endif
