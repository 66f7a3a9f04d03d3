// SPDX-License-Identifier: MIT
/*
 * Connecting to a path: one system call, and its two usual failures named. And descriptors that go
 * from one process to another: the kernel makes a new one in the receiver, of the same open file.
 */
#include "sock.h"

#include "cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int sock_connect(const char *path, int *ret_socket, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(address.sun_path)) {
        err_set(err, ERR_USAGE, "%s is too long for the path of a socket", path);
        return err_hint(err, "an address has room for %zu bytes -> choose a shorter one",
            sizeof(address.sun_path) - 1);
    }
    strcpy(address.sun_path, path);
    cleanup_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_sys(err, "cannot make a socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        err_sys(err, "cannot connect to %s", path);
        if (err->code == ENOENT || err->code == ECONNREFUSED)
            err_hint(err, "nobody listens there -> start that program first");
        return -1;
    }
    *ret_socket = steal_fd(&fd);
    return 0;
}

struct message {
    struct msghdr header;
    struct iovec part;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static struct cmsghdr *prepare(struct message *message, void *bytes, size_t length)
{
    *message = (struct message){.part = {bytes, length}};
    message->header = (struct msghdr){
        .msg_iov = &message->part,
        .msg_iovlen = 1,
        .msg_control = message->control,
        .msg_controllen = sizeof(message->control),
    };
    return CMSG_FIRSTHDR(&message->header);
}

int sock_send_fd(int socket, int fd, const char *text, const char *what, struct err *err)
{
    size_t length = text[0] ? strlen(text) : 1;
    struct message message;
    struct cmsghdr *rights = prepare(&message, (char *)text, length);

    *rights = (struct cmsghdr){CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
    if (sendmsg(socket, &message.header, MSG_NOSIGNAL) != (ssize_t)length)
        return err_sys(err, "cannot send %s", what);
    return 0;
}

int sock_receive_fd(int socket, const char *what, int *ret_fd, struct err *err)
{
    struct message message;
    char text[256];
    struct cmsghdr *rights = prepare(&message, text, sizeof(text));

    if (recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC) < 0)
        return err_sys(err, "cannot receive %s", what);
    if (message.header.msg_controllen < CMSG_LEN(sizeof(int)) || rights->cmsg_type != SCM_RIGHTS)
        return err_set(err, ERR_SYS, "the other side of the socket did not send %s", what);
    memcpy(ret_fd, CMSG_DATA(rights), sizeof(int));
    return 0;
}
