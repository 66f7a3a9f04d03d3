// SPDX-License-Identifier: MIT
/* create: all of a container but its program, which waits for `start`. */
#include "create.h"

#include "log.h"

#include "cleanup.h"
#include "size.h"
#include "sock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const struct opt OPTS[] = {CREATE_OPTS, {0}};

/* LISTEN_PID that is not ours: our parent was activated, and has not told us of any. */
static int read_listen_fds(unsigned *ret, struct err *err)
{
    const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
    uint64_t count = 0;

    if (fds && (!pid || atoi(pid) == getpid()) &&
        size_parse_u64("LISTEN_FDS", fds, 0, 1024, &count, err) < 0)
        return -1;
    *ret = (unsigned)count;
    return 0;
}

int create_preserve_fds(uint64_t n, unsigned *ret, unsigned *ret_listen, struct err *err)
{
    if (read_listen_fds(ret_listen, err) < 0)
        return -1;
    *ret = (unsigned)n + *ret_listen;
    for (unsigned i = 0; i < *ret; i++) {
        if (fcntl(3 + (int)i, F_GETFD) < 0) {
            err_sys(err, "cannot pass descriptor %u on", 3 + i);
            return err_hint(err,
                "--preserve-fds %ju and LISTEN_FDS %u: so many from 3 on must be open -> open "
                "them, or ask for fewer",
                (uintmax_t)n, *ret_listen);
        }
    }
    return 0;
}

int create_options(const struct create_args *args, const char *id, struct create_paths *paths,
    struct life_options *ret, struct err *err)
{
    const char *bundle = args->bundle ? args->bundle : ".";

    life_options_init(ret);
    ret->id = id;
    ret->root = paths->root;
    ret->bundle = paths->bundle;
    ret->pid_file = args->pid_file;
    ret->no_pivot = args->no_pivot;
    ret->keep_keyring = args->no_new_keyring;
    if (globals_groups(&ret->cgroups_disabled, err) < 0 || globals_root(paths->root, err) < 0 ||
        create_preserve_fds(args->preserve_fds, &ret->preserve_fds, &ret->listen_fds, err) < 0)
        return -1;
    if (!realpath(bundle, paths->bundle))
        return err_sys(err, "cannot find the bundle %s", bundle);
    ret->explain.fd = globals_debug();
    ret->explain.from_usec = explain_now();
    return args->console_socket ? sock_connect(args->console_socket, &ret->console_socket, err) : 0;
}

static int create_run(void *args, int argc, char **argv, struct err *err)
{
    static struct life life; /* a few paths too many for a stack */
    struct create_paths paths;
    struct life_options options;

    (void)argc;
    if (create_options(args, argv[0], &paths, &options, err) < 0)
        return -1;
    int result = life_create(&options, &life, err);
    if (result == 0 && life.warning.kind != ERR_NONE)
        log_warning(&life.warning);
    life_close(&life);
    close_fd(&options.console_socket);
    return result;
}

const struct command create_command = {
    .name = "create",
    .operands = "ID",
    .summary = "Make a container whose program waits for start",
    .mixed = true,
    .least = 1,
    .most = 1,
    .opts = OPTS,
    .args_size = sizeof(struct create_args),
    .run = create_run,
};
