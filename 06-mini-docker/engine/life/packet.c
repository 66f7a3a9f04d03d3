// SPDX-License-Identifier: MIT
/* A packet is one send(2) and one recv(2): the kernel keeps its borders, so there is no length. */
#include "packet.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

int packet_send(int socket, enum packet_type type, const void *bytes, size_t length, int flags)
{
    char first = (char)type;
    struct iovec parts[] = {{&first, 1}, {(void *)bytes, length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    return sendmsg(socket, &message, flags | MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t packet_receive(int socket, struct packet *ret, int flags)
{
    ssize_t got;

    /* a peer that ends with something of ours unread leaves an error before its last packets */
    do {
        got = recv(socket, ret, sizeof(*ret), flags);
    } while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got == 0)
        errno = ECONNRESET;
    return got > 0 ? got - 1 : -1;
}
