/* SPDX-License-Identifier: MIT */
/*
 * container: a command in new namespaces and in a group, with this program's own second copy as
 * its init. This is the outside half; init.c is the inside.
 *
 *     container_start    clone3, /proc/self/exe, and wait until the init is ready
 *     container_go       send the command through the pipe; the init runs it
 *     container_wait     the command's exit status
 */
#ifndef LAB04_CONTAINER_H
#define LAB04_CONTAINER_H

#include "cgroup.h"
#include "spawn.h"
#include "sync.h"

struct container {
    const struct cgroup *group; /* made, with its limits set; the caller's */
    const char *hostname;
    bool terminal; /* the command gets the terminal, if standard input is one that is ours */
    struct spawned init;
    struct sync sync;
    double begin; /* monotonic seconds when it was started */
};

/* The namespaces of a container here, and their names for people. */
#define CONTAINER_NAMESPACES                                                                       \
    (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)
#define CONTAINER_FLAGS "NEWPID|NEWNS|NEWUTS|NEWIPC|NEWNET"

/* A word for the init: its command is to have the terminal. */
#define INIT_TERMINAL "terminal"

/* Set group, hostname and terminal before. Privilege: root. An error of the init is this one's
 * error. */
int container_start(struct container *c, struct err *err);

/* Returns once the command runs; ERR_NOT_FOUND and ERR_NOT_EXECUTABLE if it cannot. */
int container_go(struct container *c, char *const argv[], struct err *err);

/* Waits for the end and takes the terminal back. Returns the command's status as a shell gives it,
 * or -1; closes *c. */
int container_wait(struct container *c, struct err *err);

/*
 * Words as they cross a pipe: each with its NUL, and the end of the file after the last one. No
 * byte that an argument can hold is taken for something else, since only NUL can be in none.
 */
int words_send(int fd, char *const words[], struct err *err);

/* Reads to the end of the file and closes it. An array that ends with NULL, for words_free. */
char **words_receive(int fd, struct err *err);

void words_free(char **words);

#endif
