// SPDX-License-Identifier: MIT
/* create: all of a container but its program, which waits for `start`. */
#include "create.h"

#include "log.h"

#include "cleanup.h"
#include "size.h"
#include "sock.h"

#include <fcntl.h>
#include <stdlib.h>

static const struct opt OPTS[] = {CREATE_OPTS, {0}};

int create_preserve_fds(uint64_t n, unsigned *ret, struct err *err)
{
    const char *activated = getenv("LISTEN_FDS");
    uint64_t more = 0;

    if (activated && size_parse_u64("LISTEN_FDS", activated, 0, 1024, &more, err) < 0)
        return -1;
    *ret = (unsigned)(n + more);
    for (unsigned i = 0; i < *ret; i++) {
        if (fcntl(3 + (int)i, F_GETFD) < 0) {
            err_sys(err, "cannot pass descriptor %u on", 3 + i);
            return err_hint(err, "--preserve-fds %ju wants all from 3 on to be open", (uintmax_t)n);
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
        create_preserve_fds(args->preserve_fds, &ret->preserve_fds, err) < 0)
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
