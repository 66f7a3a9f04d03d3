/* SPDX-License-Identifier: MIT */
/* sock: the sockets by which one program on this machine reaches another (unix(7)). */
#ifndef COMMON_SOCK_H
#define COMMON_SOCK_H

#include "err.h"

/*
 * Connect to the stream socket at the path; the caller closes it, and it is close-on-exec. Errors:
 * nobody listens; ERR_USAGE, a path of more than 107 bytes, which an address has no room for.
 */
int sock_connect(const char *path, int *ret_socket, struct err *err);

#endif
