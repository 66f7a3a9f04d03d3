// SPDX-License-Identifier: MIT
/*
 * A published port is a rule of NAT, and NAT does not care whether a program of the host listens on
 * the same port: it would just hear nothing any more. So the port is taken as a program would take
 * it, with a socket; who has it already, and who wants it later, is told by the kernel. Nothing
 * arrives on that socket, since the rule comes before it.
 *
 * The sockets are the monitor's, which lives as long as its container, and the kernel closes them
 * whatever ends it. They are kept in a list of the process: nothing has to carry them around.
 */
#include "ports.h"

#include "cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    int *sockets;
    size_t count;
} held;

static int explain(const char *protocol, struct in_addr host_ip, unsigned port, struct err *err)
{
    char ip[INET_ADDRSTRLEN];
    int code = errno;

    inet_ntop(AF_INET, &host_ip, ip, sizeof(ip));
    if (code == EADDRINUSE) {
        err_refuse(err, EADDRINUSE, "Bind for %s:%u failed: port is already allocated", ip, port);
        return err_hint(err, "a program of the host listens there -> ss -lnp '%s sport = :%u'",
            strcmp(protocol, "udp") == 0 ? "--udp" : "--tcp", port);
    }
    err_sys(err, "Bind for %s:%u failed", ip, port);
    if (code == EADDRNOTAVAIL)
        return err_hint(err, "no link of this host has the address %s -> ip addr", ip);
    if (code == EACCES)
        return err_hint(err, "ports below /proc/sys/net/ipv4/ip_unprivileged_port_start are root's "
                             "-> sudo, or a higher port");
    return -1;
}

static int keep(int *sock, struct err *err)
{
    int *more = reallocarray(held.sockets, held.count + 1, sizeof(*more));

    if (!more)
        return err_sys(err, "no memory");
    held.sockets = more;
    held.sockets[held.count++] = steal_fd(sock);
    return 0;
}

int ports_hold(const char *protocol, struct in_addr host_ip, unsigned port, unsigned *ret_port,
    struct err *err)
{
    bool stream = strcmp(protocol, "tcp") == 0;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = host_ip};
    socklen_t size = sizeof(address);
    int on = 1;
    cleanup_close int sock = socket(AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

    if (sock < 0)
        return err_sys(err, "cannot open a socket");
    /* what a program left half closed there is no obstacle; one that listens is */
    if (stream)
        setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(sock, (struct sockaddr *)&address, size) < 0 || (stream && listen(sock, 0) < 0) ||
        getsockname(sock, (struct sockaddr *)&address, &size) < 0)
        return explain(protocol, host_ip, port, err);
    *ret_port = ntohs(address.sin_port);
    return keep(&sock, err);
}

void ports_release(void)
{
    while (held.count > 0)
        close(held.sockets[--held.count]);
    free(held.sockets);
    held.sockets = NULL;
}
