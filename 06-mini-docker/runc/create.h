/* SPDX-License-Identifier: MIT */
/* create: the options that create and run share, and what they mean for runtime/life.h. */
#ifndef RUNC_CREATE_H
#define RUNC_CREATE_H

#include "commands.h"

#include "runtime/life.h"

struct create_args {
    const char *bundle, *console_socket, *pid_file;
    bool no_pivot, no_new_keyring;
    uint64_t preserve_fds;
    bool detach, keep, no_subreaper; /* run's alone */
};

/* The rows of both tables. */
#define CREATE_AT(field) offsetof(struct create_args, field)
#define CREATE_OPTS                                                                                \
    {'b', "bundle", "DIR", "where config.json is; default: the current directory", OPT_TEXT,       \
        CREATE_AT(bundle)},                                                                        \
        {0, "console-socket", "PATH", "send the terminal to this socket (process.terminal)",       \
            OPT_TEXT, CREATE_AT(console_socket)},                                                  \
        {0, "pid-file", "FILE", "write the PID of the container there", OPT_TEXT,                  \
            CREATE_AT(pid_file)},                                                                  \
        {0, "no-pivot", NULL, "chroot, where / is the initramfs: less safe", OPT_FLAG,             \
            CREATE_AT(no_pivot)},                                                                  \
        {0, "no-new-keyring", NULL, "keep the caller's session keyring", OPT_FLAG,                 \
            CREATE_AT(no_new_keyring)},                                                            \
    {                                                                                              \
        0, "preserve-fds", "N", "pass N descriptors on, from 3", OPT_UINT,                         \
            CREATE_AT(preserve_fds), .least = 0, .most = 1 << 20                                   \
    }

/* Room for what struct life_options points at. */
struct create_paths {
    char root[PATH_MAX], bundle[PATH_MAX];
};

/*
 * Fill *ret, which points into *paths and args. The console socket is connected; the caller closes
 * ret->console_socket. Errors: ERR_USAGE; no such bundle; nobody listens at the socket.
 */
int create_options(const struct create_args *args, const char *id, struct create_paths *paths,
    struct life_options *ret, struct err *err);

/*
 * How many descriptors the program keeps from 3 on: N, and those that socket activation passes
 * (*ret_listen: $LISTEN_FDS, if $LISTEN_PID names nobody else; sd_listen_fds(3)).
 */
int create_preserve_fds(uint64_t n, unsigned *ret, unsigned *ret_listen, struct err *err);

#endif
