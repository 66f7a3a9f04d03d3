// SPDX-License-Identifier: MIT
/* Connecting to a path: one system call, and its two usual failures named. */
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
