/* SPDX-License-Identifier: MIT */
/*
 * rows: the commands that talk to registries, as both programs have them: mini-docker, which shows
 * their help and reads their words, and mini-docker-registry, which it hands them to. Each program
 * adds its own `run`.
 */
#ifndef REGISTRY_ROWS_H
#define REGISTRY_ROWS_H

#include "command.h"

/* What stands in front of the command of mini-docker-registry. */
struct registry_globals {
    const char *root;   /* mini-docker's --root */
    uint64_t error_fd;  /* errors go there, as a struct err; 0: they are printed */
    uint64_t stall_sec; /* how long no byte may come; 0: a minute */
    bool help, version;
};

struct pull_args {
    bool all_tags, quiet;
    bool for_run; /* the image's name is not said last */
    bool missing; /* "Unable to find image" is said first */
    const char *platform;
    struct opt_list insecure;
};

struct push_args {
    bool all_tags, quiet;
    struct opt_list insecure;
};

struct login_args {
    const char *user, *password;
    bool password_stdin;
    struct opt_list insecure;
};

struct fetch_args {
    uint64_t most_bytes;
};

extern const struct opt PULL_OPTS[], PUSH_OPTS[], LOGIN_OPTS[], LOGOUT_OPTS[], FETCH_OPTS[];

#define ROW_PULL                                                                                   \
    .name = "pull", .operands = "NAME[:TAG|@DIGEST]",                                              \
    .summary = "Download an image from a registry",                                                \
    .details =                                                                                     \
        "A name without a host is Docker's hub's: busybox is docker.io/library/busybox. The "      \
        "registry\nis asked by https; by plain http only on this machine, and where "              \
        "--insecure or\n/etc/docker/daemon.json (insecure-registries) names it. Further CAs: "     \
        "/etc/docker/certs.d/\nHOST[:PORT]/*.crt. What a broken pull has brought, the next one "   \
        "goes on with.",                                                                           \
    .mixed = true, .least = 1, .most = 1, .opts = PULL_OPTS, .args_size = sizeof(struct pull_args)

#define ROW_PUSH                                                                                   \
    .name = "push", .operands = "IMAGE[:TAG]", .summary = "Upload an image to a registry",         \
    .details = "The registry's host is part of the name: mini-docker tag IMAGE "                   \
               "HOST[:PORT]/NAME, then push\nthat. Layers that it has are not sent.",              \
    .mixed = true, .least = 1, .most = 1, .opts = PUSH_OPTS, .args_size = sizeof(struct push_args)

#define ROW_LOGIN                                                                                  \
    .name = "login", .operands = "[SERVER]",                                                       \
    .summary = "Tell a registry who you are, and keep that for pull and push",                     \
    .details = "SERVER is HOST[:PORT], else Docker's hub. It is kept where docker keeps it, in "   \
               "~/.docker/config.json\nor in the program that this file names.",                   \
    .mixed = true, .most = 1, .opts = LOGIN_OPTS, .args_size = sizeof(struct login_args)

#define ROW_LOGOUT                                                                                 \
    .name = "logout", .operands = "[SERVER]", .summary = "Forget who you are to a registry",       \
    .mixed = true, .most = 1, .opts = LOGOUT_OPTS

#define ROW_FETCH                                                                                  \
    .name = "fetch", .operands = "URL FILE",                                                       \
    .summary = "Download a file by http or https: it appears whole or not at all",                 \
    .details = "With the time of the server's Last-Modified, where there is one.", .mixed = true,  \
    .least = 2, .most = 2, .opts = FETCH_OPTS, .args_size = sizeof(struct fetch_args)

#endif
