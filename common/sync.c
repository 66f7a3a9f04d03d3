// SPDX-License-Identifier: MIT
/*
 * A message is one letter, and behind it a whole `struct err` when it tells of a failure. Both go
 * in one writev(2), which a pipe takes whole up to PIPE_BUF (pipe(7)), so half a message is never
 * read.
 *
 * A pipe reports its end to the reader once every writing end is closed. Hence each side closes the
 * peer's writing end: were it kept, a wait for a dead peer would never end. The reading end of
 * one's own pipe is kept on purpose: writing into a pipe that nobody reads would be SIGPIPE, the
 * death of a parent whose child died first.
 */
#include "sync.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

static const char GO = 'g', FAILED = 'f';

int sync_open(struct sync *sync, struct err *err)
{
    int down[2], up[2];

    if (pipe2(down, O_CLOEXEC) < 0)
        return err_sys(err, "cannot make a pipe");
    if (pipe2(up, O_CLOEXEC) < 0) {
        err_sys(err, "cannot make a pipe");
        close(down[0]);
        close(down[1]);
        return -1;
    }
    *sync = (struct sync){.in = up[0], .out = down[1], .peer_in = down[0], .peer_out = up[1]};
    return 0;
}

void sync_parent(struct sync *sync)
{
    close_fd(&sync->peer_out);
}

/* Until here the struct is the parent's; the child's is the same one seen from the other side. */
void sync_child(struct sync *sync)
{
    *sync = (struct sync){
        .in = sync->peer_in, .out = sync->peer_out, .peer_in = sync->in, .peer_out = sync->out};
    close_fd(&sync->peer_out);
}

int sync_signal(struct sync *sync, struct err *err)
{
    if (write(sync->out, &GO, 1) != 1)
        return err_sys(err, "cannot tell the other process to go on");
    return 0;
}

void sync_fail(struct sync *sync, const struct err *failure)
{
    struct iovec message[] = {
        {.iov_base = (void *)&FAILED, .iov_len = 1},
        {.iov_base = (void *)failure, .iov_len = sizeof(*failure)},
    };
    ssize_t ignored = writev(sync->out, message, 2);

    (void)ignored;
}

static ssize_t read_whole(int fd, void *into, size_t size)
{
    ssize_t got;

    do {
        got = read(fd, into, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

static int wait_for_peer(struct sync *sync, bool end_is_success, struct err *err)
{
    struct err failure;
    char letter;
    ssize_t got = read_whole(sync->in, &letter, 1);

    if (got < 0)
        return err_sys(err, "cannot wait for the other process");
    if (got == 0 && end_is_success)
        return 0;
    if (got == 0)
        return err_set(err, ERR_SYS, "the other process ended without a word");
    if (letter == GO)
        return 0;
    if (read_whole(sync->in, &failure, sizeof(failure)) != (ssize_t)sizeof(failure))
        return err_set(err, ERR_SYS, "the other process failed, and its reason was cut off");
    *err = failure;
    return -1;
}

int sync_wait(struct sync *sync, struct err *err)
{
    return wait_for_peer(sync, false, err);
}

int sync_wait_exec(struct sync *sync, struct err *err)
{
    return wait_for_peer(sync, true, err);
}

void sync_close(struct sync *sync)
{
    close_fd(&sync->in);
    close_fd(&sync->out);
    close_fd(&sync->peer_in);
    close_fd(&sync->peer_out);
}
