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

/*
 * Send a descriptor with a text, or with one byte where that is "": a message must have something
 * in it. `what` is for the error: "the terminal". And receive one, with whatever text; the caller
 * closes it, and it is close-on-exec. Source: unix(7), SCM_RIGHTS.
 */
int sock_send_fd(int socket, int fd, const char *text, const char *what, struct err *err);
int sock_receive_fd(int socket, const char *what, int *ret_fd, struct err *err);

#endif
