// SPDX-License-Identifier: MIT
/*
 * seccomp_listener: calls of action SCMP_ACT_NOTIFY are answered by another program, which gets the
 * filter's descriptor over a socket of its own (seccomp_unotify(2); config-linux.md, "The Container
 * Process State"). The socket is reached while its path can still be seen; the descriptor exists
 * only once the filter is loaded, so it is sent by the filtered process itself.
 */
#include "seccomp.h"

#include "sock.h"

#include <string.h>
#include <sys/socket.h>

int seccomp_listener_connect(const struct spec_seccomp *spec, int *ret_socket, struct err *err)
{
    return sock_connect(spec->listener_path, ret_socket, err);
}

int seccomp_listener_send(int socket, int notify_fd, const char *state, struct err *err)
{
    struct iovec bytes = {.iov_base = (char *)state, .iov_len = strlen(state)};
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {
        .msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &notify_fd, sizeof(int));
    if (sendmsg(socket, &message, MSG_NOSIGNAL) != (ssize_t)bytes.iov_len)
        return err_sys(err, "cannot send the seccomp descriptor to the listener");
    return 0;
}
