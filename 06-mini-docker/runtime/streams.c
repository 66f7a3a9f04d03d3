// SPDX-License-Identifier: MIT
/*
 * The descriptors of the person (terminal, pipe, file) are shared with other processes, such as the
 * shell, so they are not made non-blocking: that would be seen by all. Instead only what poll(2)
 * calls ready is read, and writes are small enough for what it calls room (PIPE_BUF, pipe(7)).
 */
#include "streams.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static void end(struct stream *stream)
{
    stream->open = false;
    if (stream->close_to)
        close(stream->to);
}

struct pollfd stream_poll(const struct stream *stream)
{
    bool waiting = stream->start < stream->end;

    return (struct pollfd){
        .fd = !stream->open ? -1
              : waiting     ? stream->to
                            : stream->from,
        .events = waiting ? POLLOUT : POLLIN,
    };
}

static void fill(struct stream *stream)
{
    ssize_t got = read(stream->from, stream->buffer, sizeof(stream->buffer) - STREAM_SPARE);

    if (got > 0) {
        stream->start = 0;
        stream->end = (size_t)got;
        if (stream->filter)
            stream->left = stream->filter(stream->filter_arg, stream->buffer, &stream->end);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        end(stream); /* EIO: a terminal whose other end is closed */
    }
}

static void drain(struct stream *stream)
{
    size_t length = stream->end - stream->start;
    ssize_t put =
        write(stream->to, stream->buffer + stream->start, length < PIPE_BUF ? length : PIPE_BUF);

    if (put > 0)
        stream->start += (size_t)put;
    else if (errno != EAGAIN && errno != EINTR)
        end(stream);
}

void stream_move(struct stream *stream, short revents)
{
    if (!stream->open || !revents)
        return;
    if (stream->start < stream->end)
        drain(stream);
    else
        fill(stream);
}
