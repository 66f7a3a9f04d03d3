// SPDX-License-Identifier: MIT
/*
 * Where clients find a monitor: RUN/monitor/ID. The address of a Unix socket has room for 107 bytes
 * (unix(7)), and a path below --root may be longer; through the descriptor of its directory it has
 * always the same length.
 *
 * Who may connect is decided by the directory, which is its owner's alone (store.h).
 */
#include "monitor_internal.h"

#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket, and the address of ID through *ret_dir, which must stay open as long as it is used. */
static int prepare_socket(const struct store *store, const char *id, int *ret_dir, int *ret_socket,
    struct sockaddr_un *ret, struct err *err)
{
    char path[PATH_MAX];

    if (store_run_dir(store, "monitor", path, err) < 0)
        return -1;
    *ret_dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret_dir < 0)
        return err_sys(err, "cannot open %s", path);
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", *ret_dir, id);
    *ret_socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return *ret_socket < 0 ? err_sys(err, "cannot make a socket") : 0;
}

int monitor_listen(const struct store *store, const char *id, int *ret_socket, struct err *err)
{
    cleanup_close int dir = -1, fd = -1;
    struct sockaddr_un address;

    if (prepare_socket(store, id, &dir, &fd, &address, err) < 0)
        return -1;
    unlinkat(dir, id, 0); /* of a monitor that is dead: we have the container's lock */
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, SOMAXCONN) < 0)
        return err_sys(err, "cannot listen at %s/monitor/%s", store->run, id);
    *ret_socket = steal_fd(&fd);
    return 0;
}

int monitor_connect(
    const struct store *store, const char *id, unsigned wants, int *ret_socket, struct err *err)
{
    cleanup_close int dir = -1, fd = -1;
    struct sockaddr_un address;
    char flags = (char)wants;

    if (prepare_socket(store, id, &dir, &fd, &address, err) < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        packet_send(fd, PACKET_BEGIN, &flags, 1, 0) < 0)
        return err_sys(err, "cannot reach the monitor of container %.12s", id);
    *ret_socket = steal_fd(&fd);
    return 0;
}

void monitor_forget(const struct store *store, const char *id)
{
    char path[PATH_MAX + STORE_ID + 16];

    snprintf(path, sizeof(path), "%s/monitor/%s", store->run, id);
    unlink(path);
}
