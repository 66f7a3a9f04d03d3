// SPDX-License-Identifier: MIT
/*
 * seccomp_listener: calls of action SCMP_ACT_NOTIFY are answered by another program, which gets the
 * filter's descriptor over a socket of its own (seccomp_unotify(2); config-linux.md, "The Container
 * Process State"). The socket is reached while its path can still be seen; the descriptor exists
 * only once the filter is loaded, so it is sent by the filtered process itself.
 */
#include "seccomp.h"

#include "sock.h"

int seccomp_listener_connect(const struct spec_seccomp *spec, int *ret_socket, struct err *err)
{
    return sock_connect(spec->listener_path, ret_socket, err);
}

int seccomp_listener_send(int socket, int notify_fd, const char *state, struct err *err)
{
    return sock_send_fd(socket, notify_fd, state, "the seccomp descriptor to the listener", err);
}
